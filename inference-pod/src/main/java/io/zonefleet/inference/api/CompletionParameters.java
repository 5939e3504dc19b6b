package io.zonefleet.inference.api;

import io.zonefleet.inference.engine.Sampling;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the chat and the text endpoint have in common.
 *
 * @param maxTokens empty for as many as the context has room for
 * @param choices how many answers
 * @param logprobs how many of the likeliest tokens are told with each token; empty for none
 * @param includeUsage whether a stream ends with a chunk of usage
 */
record CompletionParameters(
    OptionalInt maxTokens,
    Sampling sampling,
    int choices,
    OptionalInt logprobs,
    List<String> stops,
    Set<Integer> stopTokens,
    boolean ignoreEnd,
    boolean stream,
    boolean includeUsage) {
  private static final int MAX_TOKENS = 1 << 20;
  private static final int MAX_CHOICES = 8;

  static CompletionParameters of(Fields fields, LoadedModel model, boolean chat) {
    ModelsResource.check(fields.text("model"), model);
    for (String unbuilt : List.of("tools", "functions", "response_format", "echo", "suffix")) {
      if (!(unbuilt.equals("response_format")
          && fields.object(unbuilt).root().path("type").asText().equals("text"))) {
        fields.unsupported(unbuilt);
      }
    }
    SamplingFields sampling = new SamplingFields(fields, model.config());
    OptionalInt maxTokens = fields.integer("max_completion_tokens", 1, MAX_TOKENS);
    return new CompletionParameters(
        maxTokens.isPresent() ? maxTokens : fields.integer("max_tokens", 1, MAX_TOKENS),
        sampling.sampling(),
        fields.integer("n", 1, MAX_CHOICES).orElse(1),
        sampling.logprobs(chat),
        fields.stops(),
        sampling.stopTokens(),
        fields.flag("ignore_eos"),
        fields.flag("stream"),
        fields.object("stream_options").flag("include_usage"));
  }

  Ask ask(String prompt) {
    return new Ask(
        prompt, maxTokens, true, sampling, choices, logprobs, stops, stopTokens, ignoreEnd);
  }
}
