package io.zonefleet.inference.engine;

import java.time.Duration;
import java.util.Arrays;

/** One generation's state. Only {@link #cancel} may come from another thread than the engine's. */
final class Sequence implements Generation {
  private final GenerationRequest request;
  private final TokenListener listener;
  private final Sampler sampler;
  private final int limit;
  private final long submitted = System.nanoTime();
  private volatile boolean cancelled;
  private int[] tokens;
  private int length;
  private int cached;
  private long admitted;
  private long first;

  /**
   * @param limit the most tokens it may have, prompt included
   */
  Sequence(GenerationRequest request, TokenListener listener, int limit) {
    this.request = request;
    this.listener = listener;
    this.limit = limit;
    this.sampler = new Sampler(request.sampling());
    this.tokens = Arrays.copyOf(request.prompt(), request.prompt().length + 16);
    this.length = request.prompt().length;
  }

  @Override
  public void cancel() {
    cancelled = true;
  }

  boolean cancelled() {
    return cancelled;
  }

  void admit() {
    admitted = System.nanoTime();
  }

  int[] tokens() {
    return tokens;
  }

  /** Tokens so far, prompt included. */
  int length() {
    return length;
  }

  /** Tokens that the cache holds; one less than {@link #length} between two steps. */
  int cached() {
    return cached;
  }

  void cached(int count) {
    cached = count;
  }

  /** Whether part of the prompt, beyond the one token that a step takes, is not cached yet. */
  boolean prefilling() {
    return generated() == 0;
  }

  int last() {
    return tokens[length - 1];
  }

  private int generated() {
    return length - request.prompt().length;
  }

  private int choose(float[] logits) {
    if (request.constraint().isEmpty()) {
      return sampler.next(logits);
    }
    TokenConstraint constraint = request.constraint().get();
    constraint.mask(logits);
    int token = sampler.next(logits);
    constraint.accept(token);
    return token;
  }

  /**
   * Chooses the next token and tells the listener.
   *
   * @return whether the generation goes on
   */
  boolean advance(float[] logits) {
    int token = choose(logits);
    if (first == 0) {
      first = System.nanoTime();
    }
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, Math.min(limit + 1, 2 * length));
    }
    tokens[length++] = token;
    if (request.endTokens().contains(token) || !listener.token(token)) {
      end(FinishReason.STOP);
      return false;
    }
    if (generated() >= request.maxTokens() || length >= limit) {
      end(FinishReason.LENGTH);
      return false;
    }
    return true;
  }

  void end(FinishReason reason) {
    long now = System.nanoTime();
    listener.end(
        reason,
        new Usage(
            request.prompt().length,
            generated(),
            Duration.ofNanos((admitted == 0 ? now : admitted) - submitted),
            Duration.ofNanos(first == 0 ? 0 : first - submitted),
            Duration.ofNanos(now - submitted)));
  }

  void fail(RuntimeException cause) {
    listener.failed(cause);
  }
}
