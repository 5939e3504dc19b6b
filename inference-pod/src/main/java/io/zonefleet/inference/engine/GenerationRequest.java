package io.zonefleet.inference.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What to generate.
 *
 * @param prompt at least one token
 * @param maxTokens the most tokens to generate, at least 1
 * @param endTokens tokens that end the answer and are not part of it
 * @param constraint what the answer must look like
 * @param logprobs how many of the likeliest tokens are told with each token, 0 or more; empty for
 *     no log probabilities at all
 * @param client whom the request is for; clients take turns in the queue
 * @param patience the longest wait for a slot; empty for any
 */
public record GenerationRequest(
    int[] prompt,
    int maxTokens,
    Sampling sampling,
    Set<Integer> endTokens,
    Optional<TokenConstraint> constraint,
    OptionalInt logprobs,
    String client,
    Optional<Duration> patience) {
  public GenerationRequest {
    if (prompt.length == 0) {
      throw new IllegalArgumentException("the prompt has no tokens");
    }
    if (maxTokens < 1) {
      throw new IllegalArgumentException("max_tokens is " + maxTokens + "; at least 1 is needed");
    }
    endTokens = Set.copyOf(endTokens);
  }

  public GenerationRequest(int[] prompt, int maxTokens, Sampling sampling, Set<Integer> endTokens) {
    this(
        prompt,
        maxTokens,
        sampling,
        endTokens,
        Optional.empty(),
        OptionalInt.empty(),
        "",
        Optional.empty());
  }

  /** The same, but only answers that {@code constraint} allows. */
  public GenerationRequest constrained(TokenConstraint constraint) {
    return new GenerationRequest(
        prompt,
        maxTokens,
        sampling,
        endTokens,
        Optional.of(constraint),
        logprobs,
        client,
        patience);
  }

  /** The same, with log probabilities. */
  public GenerationRequest withLogprobs(OptionalInt count) {
    return new GenerationRequest(
        prompt, maxTokens, sampling, endTokens, constraint, count, client, patience);
  }

  /** The same, for a client who waits so long for a slot. */
  public GenerationRequest from(String client, Optional<Duration> patience) {
    return new GenerationRequest(
        prompt, maxTokens, sampling, endTokens, constraint, logprobs, client, patience);
  }
}
