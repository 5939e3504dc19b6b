package io.zonefleet.inference.onnx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A model folder with a DeepSeek-V3-shaped graph and the tiny model's tokenizer. */
public final class MlaFolder {
  private MlaFolder() {}

  /** For programs that are not Java; arguments as of {@link #write}. */
  public static void main(String[] args) throws IOException {
    write(Path.of(args[0]), Path.of(args[1]));
  }

  /**
   * @param models the tiny model's folder, with revision r1
   * @param revision the folder to be made
   */
  public static Path write(Path models, Path revision) throws IOException {
    Files.createDirectories(revision);
    for (String file : List.of("tokenizer.json", "tokenizer_config.json")) {
      Files.copy(models.resolve("r1").resolve(file), revision.resolve(file));
    }
    Files.write(revision.resolve("model.onnx"), MlaGraph.of(new MlaWeights()));
    Files.writeString(
        revision.resolve("config.json"),
        """
        {"architectures": ["DeepseekV3ForCausalLM"], "model_type": "deepseek_v3",
         "vocab_size": 2048, "max_position_embeddings": 1024, "eos_token_id": 1}
        """);
    return revision;
  }
}
