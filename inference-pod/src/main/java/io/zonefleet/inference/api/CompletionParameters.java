package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.zonefleet.inference.constraint.CompiledConstraint;
import io.zonefleet.inference.engine.Sampling;
import io.zonefleet.inference.text.ToolFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What the chat and the text endpoint have in common.
 *
 * @param maxTokens empty for as many as the context has room for
 * @param choices how many answers
 * @param logprobs how many of the likeliest tokens are told with each token; empty for none
 * @param mostReasoning the most tokens of reasoning; empty for the default
 * @param form what the answer must look like
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
    boolean includeUsage,
    OptionalInt mostReasoning,
    Tools tools,
    Optional<StructuredFields.Form> form) {
  private static final int MAX_TOKENS = 1 << 20;
  private static final int MAX_CHOICES = 8;

  static CompletionParameters of(Fields fields, LoadedModel model, boolean chat) {
    ModelsResource.check(fields.text("model"), model);
    for (String unbuilt : List.of("functions", "function_call", "echo", "suffix")) {
      fields.unsupported(unbuilt);
    }
    Tools tools = chat ? Tools.of(fields) : Tools.NONE;
    Optional<StructuredFields.Form> form =
        form(fields, tools, chat ? model.template().toolFormat() : ToolFormat.HERMES);
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
        fields.object("stream_options").flag("include_usage"),
        fields.integer("max_reasoning_tokens", 0, MAX_TOKENS),
        tools,
        form);
  }

  /** The form that the answer must have; what would break it is refused. */
  private static Optional<StructuredFields.Form> form(
      Fields fields, Tools tools, ToolFormat format) {
    Optional<StructuredFields.Form> form = new StructuredFields(fields).form();
    if (form.isPresent() && tools.any()) {
      String param = form.get().param();
      throw ApiException.invalid(
          param,
          param
              + " cannot be combined with tools unless tool_choice is none: a call has another"
              + " form.");
    }
    Optional<StructuredFields.Form> all = form.or(() -> tools.form(format));
    if (all.isPresent()) {
      String param = form.isPresent() ? all.get().param() : "tool_choice";
      for (String breaking : List.of("stop", "stop_token_ids", "ignore_eos")) {
        JsonNode node = fields.present(breaking);
        if (node != null && (!node.isEmpty() || node.isTextual() || node.asBoolean())) {
          throw ApiException.invalid(
              breaking,
              breaking
                  + " cannot be combined with "
                  + param
                  + ", whose answer ends where it is complete and nowhere else.");
        }
      }
    }
    return all;
  }

  /**
   * @param constraint of {@link #form}, compiled
   */
  Ask ask(String prompt, Optional<CompiledConstraint> constraint, ToolFormat format) {
    return new Ask(
        prompt,
        maxTokens,
        true,
        sampling,
        choices,
        logprobs,
        stops,
        stopTokens,
        ignoreEnd,
        new Shape(
            constraint,
            mostReasoning,
            tools.any() ? Optional.of(format) : Optional.empty(),
            tools.several()));
  }
}
