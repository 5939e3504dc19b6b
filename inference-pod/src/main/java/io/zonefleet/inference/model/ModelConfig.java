package io.zonefleet.inference.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a model folder's configuration says.
 *
 * @param contextLength the most tokens a sequence may have
 * @param vocabularySize width of a row of logits
 * @param endTokens tokens that end an answer
 * @param graphFile name of the graph within the folder
 * @param sampling the sampling the model's makers recommend
 */
public record ModelConfig(
    int contextLength,
    int vocabularySize,
    Set<Integer> endTokens,
    String graphFile,
    Sampling sampling) {

  /** Defaults for requests that do not say how to sample; {@code topK} 0 means no limit. */
  public record Sampling(double temperature, double topP, int topK) {}

  /**
   * Reads it from {@code genai_config.json} and {@code config.json}, the first winning.
   *
   * @param generation {@code generation_config.json}, or a missing node
   * @throws ModelLoadException naming the first thing that is missing
   */
  static ModelConfig of(JsonNode genai, JsonNode config, JsonNode generation) {
    JsonNode model = genai.path("model");
    JsonNode search = genai.path("search");
    int context =
        first(
                "context length",
                model.path("context_length"),
                config.path("max_position_embeddings"))
            .asInt();
    int vocabulary =
        first("vocabulary size", model.path("vocab_size"), config.path("vocab_size")).asInt();
    if (context < 1 || vocabulary < 1) {
      throw new ModelLoadException(
          "genai_config.json has context_length "
              + context
              + " and vocab_size "
              + vocabulary
              + "; both must be at least 1");
    }
    Set<Integer> ends = new LinkedHashSet<>();
    collect(ends, model.path("eos_token_id"));
    collect(ends, config.path("eos_token_id"));
    collect(ends, generation.path("eos_token_id"));
    if (ends.isEmpty()) {
      throw new ModelLoadException(
          "neither genai_config.json nor config.json has an eos_token_id, so no answer would end");
    }
    // top_k 50 with do_sample is what the model builder writes by default, not a recommendation
    Sampling sampling =
        new Sampling(
            generation.path("temperature").asDouble(search.path("temperature").asDouble(1.0)),
            generation.path("top_p").asDouble(search.path("top_p").asDouble(1.0)),
            generation.path("top_k").asInt(0));
    return new ModelConfig(
        context,
        vocabulary,
        Set.copyOf(ends),
        model.path("decoder").path("filename").asText("model.onnx"),
        sampling);
  }

  private static JsonNode first(String what, JsonNode... candidates) {
    for (JsonNode candidate : candidates) {
      if (candidate.isInt()) {
        return candidate;
      }
    }
    throw new ModelLoadException("genai_config.json and config.json do not say the " + what);
  }

  private static void collect(Set<Integer> into, JsonNode node) {
    if (node.isInt()) {
      into.add(node.asInt());
    } else {
      node.forEach(each -> into.add(each.asInt()));
    }
  }
}
