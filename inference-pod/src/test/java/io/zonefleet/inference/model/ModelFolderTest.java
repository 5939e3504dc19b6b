package io.zonefleet.inference.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
  private static final Path MODELS = Path.of(System.getProperty("zonefleet.model.dir"));

  @TempDir Path root;

  @Test
  void readsTheTinyModel() {
    ModelConfig config = ModelFolder.open(MODELS, "r1").config();
    assertThat(config.contextLength()).isEqualTo(1024);
    assertThat(config.vocabularySize()).isEqualTo(2048);
    assertThat(config.endTokens()).containsExactly(2041);
  }

  /** The digest's definition is a shell pipeline, so a shell is the judge. */
  @Test
  void digestIsWhatTheShellSays() throws Exception {
    Files.createDirectories(root.resolve("sub/Ü"));
    Files.writeString(root.resolve("b.txt"), "b");
    Files.writeString(root.resolve("B.txt"), "B");
    Files.writeString(root.resolve("sub/a b.bin"), "x".repeat(3_000_000));
    Files.writeString(root.resolve("sub/Ü/ä"), "");
    Files.writeString(root.resolve("sub-1"), "1");
    Process shell =
        new ProcessBuilder(
                "bash",
                "-c",
                "find . -type f -printf '%P\\n' | LC_ALL=C sort | xargs -d '\\n' sha256sum"
                    + " | sha256sum | cut -d' ' -f1")
            .directory(root.toFile())
            .start();
    String expected = new String(shell.getInputStream().readAllBytes()).strip();
    assertThat(shell.waitFor()).isZero();
    assertThat(ModelDigest.of(root)).isEqualTo("sha256:" + expected);
  }

  @Test
  void saysWhichRevisionsThereAre() {
    assertThatThrownBy(() -> ModelFolder.open(MODELS, "r9"))
        .hasMessageContaining("revision r9 is not on the volume")
        .hasMessageContaining("r1");
    assertThatThrownBy(() -> ModelFolder.open(root, "r1"))
        .hasMessageContaining("the volume is empty");
    assertThatThrownBy(() -> ModelFolder.open(root, "../etc"))
        .hasMessageContaining("must be the name of a folder");
  }

  @Test
  void saysWhichFileIsMissingOrIllFormed() throws IOException {
    Path folder = Files.createDirectory(root.resolve("r1"));
    assertThatThrownBy(() -> ModelFolder.open(root, "r1")).hasMessageContaining("config.json");
    Files.copy(MODELS.resolve("r1/config.json"), folder.resolve("config.json"));
    assertThatThrownBy(() -> ModelFolder.open(root, "r1")).hasMessageContaining("model.onnx");
    Files.writeString(folder.resolve("genai_config.json"), "{");
    assertThatThrownBy(() -> ModelFolder.open(root, "r1"))
        .hasMessageContaining("genai_config.json is not JSON");
  }
}
