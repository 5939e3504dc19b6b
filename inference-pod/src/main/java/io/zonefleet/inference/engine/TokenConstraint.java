package io.zonefleet.inference.engine;

/**
 * Restricts which tokens may come next, as structured output does. One per generation; called on
 * the engine's thread, where it must not block. What it throws fails this one generation.
 */
public interface TokenConstraint {
  /**
   * Sets the logits of tokens that may not come next to negative infinity. At least one token must
   * be left; an end token ({@link GenerationRequest#endTokens}) may be left only where the answer
   * may end.
   *
   * @param logits one number per token of the model's vocabulary, penalties and biases applied
   */
  void mask(float[] logits);

  /** The token that was chosen among those left, an end token too. */
  void accept(int token);
}
