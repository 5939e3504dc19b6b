package io.zonefleet.inference.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Given a model that cannot be served, then the pod ends and says in one line what to do. */
class LoadFailureIT {
  @TempDir Path work;

  /** Does something bad to a model folder. */
  interface Damage {
    void to(Path revision) throws IOException;
  }

  static Stream<Arguments> damages() {
    return Stream.of(
        damage(
            "no folder",
            revision -> Files.move(revision, revision.resolveSibling("r0")),
            "Model revision r1 is not on the volume",
            "it has r0"),
        damage(
            "corrupt graph",
            revision -> {
              Path graph = revision.resolve("model.onnx");
              byte[] bytes = Files.readAllBytes(graph);
              Files.write(graph, java.util.Arrays.copyOf(bytes, bytes.length / 2));
            },
            "model.onnx",
            "corrupt or incomplete",
            "copy the revision again"),
        damage(
            "no graph",
            revision -> Files.delete(revision.resolve("model.onnx")),
            "has no file model.onnx"),
        damage(
            "no tokenizer",
            revision -> Files.delete(revision.resolve("tokenizer.json")),
            "has no file tokenizer.json"),
        damage(
            "corrupt tokenizer",
            revision -> Files.writeString(revision.resolve("tokenizer.json"), "{\"mod"),
            "tokenizer.json",
            "copy the revision again"),
        damage(
            "no configuration",
            revision -> Files.delete(revision.resolve("config.json")),
            "has no file config.json"));
  }

  private static Arguments damage(String name, Damage damage, String... words) {
    return Arguments.of(org.junit.jupiter.api.Named.of(name, damage), List.of(words));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("damages")
  void aDamagedModelFolder(Damage damage, List<String> words) throws Exception {
    Path models = Files.createDirectory(work.resolve("models"));
    Path revision = Files.createDirectory(models.resolve("r1"));
    try (Stream<Path> files = Files.list(PodProcess.MODELS.resolve("r1"))) {
      for (Path file : files.toList()) {
        Files.copy(file, revision.resolve(file.getFileName()));
      }
    }
    damage.to(revision);
    assertEndsWith(words, "ZONEFLEET_MODEL_DIR", models.toString());
  }

  @Test
  void anotherDigest() throws Exception {
    String wanted = "sha256:" + "0".repeat(64);
    assertEndsWith(
        List.of("has digest sha256:", "but " + wanted + " is required", "spec.model.digest"),
        "ZONEFLEET_MODEL_DIGEST",
        wanted);
  }

  @Test
  void aProviderThatCannotBeHad() throws Exception {
    assertEndsWith(List.of("provider CUDA was asked for", "Auto"), "ZONEFLEET_PROVIDER", "CUDA");
  }

  @Test
  void aContextLongerThanTheModels() throws Exception {
    assertEndsWith(
        List.of("context-tokens is 9999", "16 to the model's 1024"),
        "ZONEFLEET_CONTEXT_TOKENS",
        "9999");
  }

  private void assertEndsWith(List<String> words, String... settings) throws IOException {
    try (PodProcess pod = PodProcess.start(work, settings)) {
      assertThat(pod.exitCode()).as(pod.log()).isEqualTo(1);
      assertThat(pod.terminationMessage()).contains(words).hasLineCount(1);
      assertThat(pod.log()).contains(words);
    }
  }
}
