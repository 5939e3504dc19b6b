package io.zonefleet.inference.engine;

/**
 * Hears of a generation's tokens, in order, on the engine's thread: it must not block, since every
 * other generation waits meanwhile. {@link #end} or {@link #failed} comes exactly once, last.
 */
public interface TokenListener {
  /**
   * @return whether to go on; otherwise the generation ends with {@link FinishReason#STOP}
   */
  boolean token(int token);

  /** How likely the next token was; comes before {@link #token}, to those who asked for it. */
  default void logprobs(TokenLogprobs logprobs) {}

  void end(FinishReason reason, Usage usage);

  /** The generation could not go on; others are not affected. */
  void failed(RuntimeException cause);
}
