package io.zonefleet.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The YAML that users install is the one that the types generate. */
class CommittedCrdTest {

  static final Path COMMITTED = Path.of("deepseekdeployments.zonefleet.io.yaml");

  @Test
  void committedYamlMatchesTheTypes() throws IOException {
    var generated = CrdYaml.generate();
    if (Boolean.getBoolean("zonefleet.crds.write")) {
      Files.writeString(COMMITTED, generated);
    }
    assertThat(Files.readString(COMMITTED))
        .as("%s is stale: run bin/mvn -pl crds test -Dzonefleet.crds.write=true", COMMITTED)
        .isEqualTo(generated);
  }
}
