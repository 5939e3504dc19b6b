package io.zonefleet.inference.engine;

import java.time.Duration;
import java.util.Optional;

/** Generates for many requests at once; thread-safe. */
public interface Engine extends AutoCloseable {
  /**
   * Queues a request. The listener may hear of it before this returns.
   *
   * @throws QueueFullException when the admission queue is full; nothing was admitted
   * @throws ContextLengthException when the prompt leaves no room for a token
   * @throws EngineStoppedException when the engine was closed or has failed
   */
  Generation submit(GenerationRequest request, TokenListener listener);

  EngineLoad load();

  /** Why the engine's thread died; it never recovers, so the process should be started anew. */
  Optional<Throwable> failure();

  /** The most tokens a sequence may have, prompt included. */
  int contextTokens();

  /**
   * Waits until nothing runs or waits.
   *
   * @return whether that came within {@code limit}
   */
  boolean awaitIdle(Duration limit) throws InterruptedException;

  /** Ends what still runs with a failure and frees all memory. */
  @Override
  void close();
}
