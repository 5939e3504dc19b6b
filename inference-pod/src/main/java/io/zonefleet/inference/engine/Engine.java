package io.zonefleet.inference.engine;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Generates for many requests at once; thread-safe. */
public interface Engine extends AutoCloseable {
  /** A request, and who hears of its tokens. */
  record Job(GenerationRequest request, TokenListener listener) {}

  /**
   * Queues several requests, all or none. The listeners may hear of them before this returns.
   *
   * @return cancels them all
   * @throws QueueFullException when the admission queue has not that many places; nothing was
   *     admitted
   * @throws ContextLengthException when a prompt leaves no room for a token
   * @throws EngineStoppedException when the engine was closed or has failed
   */
  Generation submit(List<Job> jobs);

  /** Queues one request, as {@link #submit(List)} does. */
  default Generation submit(GenerationRequest request, TokenListener listener) {
    return submit(List.of(new Job(request, listener)));
  }

  EngineLoad load();

  /** Why the engine's thread died; it never recovers, so the process should be started anew. */
  Optional<Throwable> failure();

  /** The most tokens a sequence may have, prompt included. */
  int contextTokens();

  /** Tokens that the cache has room for, kept prompts included. */
  long cacheTokens();

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
