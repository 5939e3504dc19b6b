package io.zonefleet.inference.engine;

/** Why a generation ended without a failure. */
public enum FinishReason {
  /** The model ended its answer, or the listener had enough. */
  STOP,
  /** {@code maxTokens} or the context was used up. */
  LENGTH,
  /** {@link Generation#cancel} was called. */
  CANCELLED
}
