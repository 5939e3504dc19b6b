package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.zonefleet.inference.engine.Sampling;
import io.zonefleet.inference.model.ModelConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Reads how a request wants its tokens chosen, and what it wants to know of them. */
record SamplingFields(Fields fields, ModelConfig config) {
  private static final int MAX_TOP_K = 1 << 20;
  private static final int MAX_TOKENS_NAMED = 1024;

  Sampling sampling() {
    ModelConfig.Sampling defaults = config.sampling();
    return new Sampling(
        fields.number("temperature", 0, 2, defaults.temperature()),
        topK(defaults.topK()),
        positive("top_p", 1, defaults.topP()),
        fields.number("min_p", 0, 1, 0),
        fields.seed(ThreadLocalRandom.current().nextLong()),
        new Sampling.Penalties(
            positive("repetition_penalty", 2, 1),
            fields.number("presence_penalty", -2, 2, 0),
            fields.number("frequency_penalty", -2, 2, 0)),
        bias());
  }

  /** vLLM's clients write -1 for no limit. */
  private int topK(int absent) {
    return Math.max(0, fields.integer("top_k", -1, MAX_TOP_K).orElse(absent));
  }

  private double positive(String name, double max, double absent) {
    double value = fields.number(name, 0, max, absent);
    if (value == 0) {
      throw fields.refuse(name, "above 0, up to " + max);
    }
    return value;
  }

  /** {@code logit_bias}: token numbers, as JSON's keys, and what is added to their logits. */
  private Map<Integer, Float> bias() {
    String allowed =
        "an object of up to "
            + MAX_TOKENS_NAMED
            + " tokens, 0 to "
            + (config.vocabularySize() - 1)
            + ", and numbers from -100 to 100";
    Map<Integer, Float> bias = new HashMap<>();
    JsonNode node = fields.object("logit_bias").root();
    if (node.size() > MAX_TOKENS_NAMED) {
      throw fields.refuse("logit_bias", allowed);
    }
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      JsonNode value = entry.getValue();
      if (!entry.getKey().matches("\\d{1,9}")
          || Integer.parseInt(entry.getKey()) >= config.vocabularySize()
          || !value.isNumber()
          || !(Math.abs(value.asDouble()) <= 100)) {
        throw fields.refuse("logit_bias", allowed);
      }
      bias.put(Integer.parseInt(entry.getKey()), (float) value.asDouble());
    }
    return bias;
  }

  /** {@code stop_token_ids}: as vLLM has it. */
  Set<Integer> stopTokens() {
    Set<Integer> tokens = new HashSet<>();
    JsonNode node = fields.present("stop_token_ids");
    if (node == null) {
      return tokens;
    }
    String allowed =
        "a list of up to " + MAX_TOKENS_NAMED + " tokens, 0 to " + (config.vocabularySize() - 1);
    if (!node.isArray() || node.size() > MAX_TOKENS_NAMED) {
      throw fields.refuse("stop_token_ids", allowed);
    }
    for (JsonNode token : node) {
      if (!token.isInt() || token.asInt() < 0 || token.asInt() >= config.vocabularySize()) {
        throw fields.refuse("stop_token_ids", allowed);
      }
      tokens.add(token.asInt());
    }
    return tokens;
  }

  /**
   * How many of the likeliest tokens are told. Chat has {@code logprobs: true, top_logprobs: n},
   * text has {@code logprobs: n}.
   */
  OptionalInt logprobs(boolean chat) {
    if (!chat) {
      return fields.integer("logprobs", 0, 5);
    }
    OptionalInt top = fields.integer("top_logprobs", 0, 20);
    if (fields.flag("logprobs")) {
      return OptionalInt.of(top.orElse(0));
    }
    if (top.orElse(0) > 0) {
      throw ApiException.invalid(
          "top_logprobs",
          "top_logprobs is " + top.getAsInt() + "; it needs logprobs to be true as well.");
    }
    return OptionalInt.empty();
  }
}
