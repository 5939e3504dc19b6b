package io.zonefleet.inference.api;

import io.zonefleet.inference.engine.Sampling;
import io.zonefleet.inference.model.ModelConfig;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What the chat and the text endpoint have in common.
 *
 * @param maxTokens empty for as many as the context has room for
 * @param includeUsage whether a stream ends with a chunk of usage
 */
record CompletionParameters(
    OptionalInt maxTokens,
    Sampling sampling,
    List<String> stops,
    boolean ignoreEnd,
    boolean stream,
    boolean includeUsage) {
  private static final int MAX_TOKENS = 1 << 20;

  static CompletionParameters of(Fields fields, LoadedModel model) {
    String name = fields.text("model");
    if (!name.equals(model.name())) {
      throw ApiException.invalid(
          404,
          "model",
          "model_not_found",
          "The model `" + name + "` does not exist; this server has `" + model.name() + "`.");
    }
    for (String unbuilt :
        List.of(
            "tools",
            "functions",
            "response_format",
            "logprobs",
            "top_logprobs",
            "logit_bias",
            "presence_penalty",
            "frequency_penalty",
            "echo",
            "suffix")) {
      if (!(unbuilt.equals("response_format")
          && fields.object(unbuilt).root().path("type").asText().equals("text"))) {
        fields.unsupported(unbuilt);
      }
    }
    fields.integer("n", 1, 1);
    ModelConfig.Sampling defaults = model.config().sampling();
    Sampling sampling =
        new Sampling(
            fields.number("temperature", 0, 2, defaults.temperature()),
            topK(fields, defaults.topK()),
            topP(fields, defaults.topP()),
            fields.number("min_p", 0, 1, 0),
            fields.seed(ThreadLocalRandom.current().nextLong()));
    OptionalInt maxTokens = fields.integer("max_completion_tokens", 1, MAX_TOKENS);
    return new CompletionParameters(
        maxTokens.isPresent() ? maxTokens : fields.integer("max_tokens", 1, MAX_TOKENS),
        sampling,
        fields.stops(),
        fields.flag("ignore_eos"),
        fields.flag("stream"),
        fields.object("stream_options").flag("include_usage"));
  }

  Ask ask(String prompt) {
    return new Ask(prompt, maxTokens, true, sampling, stops, ignoreEnd);
  }

  /** vLLM's clients write -1 for no limit. */
  private static int topK(Fields fields, int absent) {
    return Math.max(0, fields.integer("top_k", -1, MAX_TOKENS).orElse(absent));
  }

  private static double topP(Fields fields, double absent) {
    double value = fields.number("top_p", 0, 1, absent);
    if (value == 0) {
      throw fields.refuse("top_p", "above 0, up to 1");
    }
    return value;
  }
}
