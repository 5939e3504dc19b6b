package io.zonefleet.inference.api;

import io.zonefleet.inference.engine.Sampling;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What a client wants generated.
 *
 * @param prompt text in which special tokens are spelled out
 * @param maxTokens empty for as many as the context has room for
 * @param strict whether more tokens than the context has room for are refused, or cut
 * @param choices how many answers, at least 1
 * @param logprobs how many of the likeliest tokens are told with each token; empty for no log
 *     probabilities
 * @param stopTokens tokens that end the answer besides the model's own
 * @param ignoreEnd whether the model's end tokens are ignored, as load generators ask for
 * @param shape what the answer must look like, and what it may do
 */
record Ask(
    String prompt,
    OptionalInt maxTokens,
    boolean strict,
    Sampling sampling,
    int choices,
    OptionalInt logprobs,
    List<String> stops,
    Set<Integer> stopTokens,
    boolean ignoreEnd,
    Shape shape) {

  /** The likeliest answer, cut where the context ends. */
  static Ask greedy(String prompt, int maxTokens) {
    return new Ask(
        prompt,
        OptionalInt.of(maxTokens),
        false,
        Sampling.GREEDY,
        1,
        OptionalInt.empty(),
        List.of(),
        Set.of(),
        false,
        Shape.FREE);
  }
}
