package io.zonefleet.inference.engine;

import java.util.Optional;
import java.util.Set;

/**
 * What to generate.
 *
 * @param prompt at least one token
 * @param maxTokens the most tokens to generate, at least 1
 * @param endTokens tokens that end the answer and are not part of it
 * @param constraint what the answer must look like
 */
public record GenerationRequest(
    int[] prompt,
    int maxTokens,
    Sampling sampling,
    Set<Integer> endTokens,
    Optional<TokenConstraint> constraint) {
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
    this(prompt, maxTokens, sampling, endTokens, Optional.empty());
  }

  /** The same, but only answers that {@code constraint} allows. */
  public GenerationRequest constrained(TokenConstraint constraint) {
    return new GenerationRequest(prompt, maxTokens, sampling, endTokens, Optional.of(constraint));
  }
}
