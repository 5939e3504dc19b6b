package io.zonefleet.inference.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonefleet.inference.ort.ElementType;
import io.zonefleet.inference.ort.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  private static TensorInfo info(String name, ElementType type, long... shape) {
    List<Long> dims = new ArrayList<>();
    for (long dim : shape) {
      dims.add(dim);
    }
    return new TensorInfo(name, type, dims);
  }

  private static List<TensorInfo> inputs() {
    return new ArrayList<>(
        List.of(
            info("input_ids", ElementType.INT64, -1, -1),
            info("attention_mask", ElementType.INT64, -1, -1),
            info("past_key_values.0.key", ElementType.FLOAT, -1, 2, -1, 32),
            info("past_key_values.0.value", ElementType.FLOAT, -1, 2, -1, 32)));
  }

  private static List<TensorInfo> outputs() {
    return new ArrayList<>(
        List.of(
            info("logits", ElementType.FLOAT, -1, -1, 2048),
            info("present.0.key", ElementType.FLOAT, -1, 2, -1, 32),
            info("present.0.value", ElementType.FLOAT, -1, 2, -1, 32)));
  }

  @Test
  void readsTheLayoutFromTheGraph() {
    assertThat(GraphLayout.of(inputs(), outputs()))
        .isEqualTo(new GraphLayout(1, 2, 32, 2048, ElementType.FLOAT, ElementType.FLOAT));
  }

  @Test
  void refusesOtherLayoutsAndSaysWhatIsSupported() {
    List<TensorInfo> withPositions = inputs();
    withPositions.add(info("position_ids", ElementType.INT64, -1, -1));
    assertThatThrownBy(() -> GraphLayout.of(withPositions, outputs()))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("input position_ids")
        .hasMessageContaining("onnxruntime-genai");
    List<TensorInfo> latent = inputs();
    latent.set(3, info("past_key_values.0.value", ElementType.FLOAT, -1, 2, -1, 48));
    assertThatThrownBy(() -> GraphLayout.of(latent, outputs()))
        .hasMessageContaining("past_key_values.0.value has [-1, 2, -1, 48]");
    assertThatThrownBy(() -> GraphLayout.of(inputs().subList(0, 2), outputs()))
        .hasMessageContaining("no past_key_values");
    assertThatThrownBy(() -> GraphLayout.of(inputs(), outputs().subList(1, 3)))
        .hasMessageContaining("no output logits");
  }
}
