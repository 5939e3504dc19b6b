package io.zonefleet.inference.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One revision of a model on the volume.
 *
 * @param path the revision's folder
 * @param tokenizerConfig the parsed {@code tokenizer_config.json}
 */
public record ModelFolder(
    Path path, String revision, ModelConfig config, JsonNode tokenizerConfig) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Opens {@code <root>/<revision>}.
   *
   * @throws ModelLoadException saying which folder or file is missing or ill-formed
   */
  public static ModelFolder open(Path root, String revision) {
    if (revision.isBlank() || revision.contains("/") || revision.contains("..")) {
      throw new ModelLoadException(
          "The model revision is '"
              + revision
              + "'; it must be the name of a folder below "
              + root
              + ".");
    }
    Path path = root.resolve(revision);
    if (!Files.isDirectory(path)) {
      throw new ModelLoadException(
          "Model revision "
              + revision
              + " is not on the volume: there is no folder "
              + path
              + " ("
              + found(root)
              + ").");
    }
    JsonNode genai = optional(path, "genai_config.json");
    JsonNode config = required(path, "config.json");
    ModelConfig parsed = ModelConfig.of(genai, config, optional(path, "generation_config.json"));
    for (String file : List.of(parsed.graphFile(), "tokenizer.json")) {
      if (!Files.isRegularFile(path.resolve(file))) {
        throw new ModelLoadException("The model folder " + path + " has no file " + file + ".");
      }
    }
    return new ModelFolder(path, revision, parsed, required(path, "tokenizer_config.json"));
  }

  public Path graph() {
    return path.resolve(config.graphFile());
  }

  public Path tokenizer() {
    return path.resolve("tokenizer.json");
  }

  private static String found(Path root) {
    try (Stream<Path> list = Files.list(root)) {
      List<String> names = list.map(p -> p.getFileName().toString()).sorted().limit(10).toList();
      return names.isEmpty() ? "the volume is empty" : "it has " + String.join(", ", names);
    } catch (IOException e) {
      return root + " cannot be read";
    }
  }

  private static JsonNode required(Path folder, String name) {
    JsonNode node = optional(folder, name);
    if (node.isMissingNode()) {
      throw new ModelLoadException("The model folder " + folder + " has no file " + name + ".");
    }
    return node;
  }

  private static JsonNode optional(Path folder, String name) {
    Path file = folder.resolve(name);
    if (!Files.isRegularFile(file)) {
      return MissingNode.getInstance();
    }
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new ModelLoadException("The model's " + file + " is not JSON: " + firstLine(e), e);
    }
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
