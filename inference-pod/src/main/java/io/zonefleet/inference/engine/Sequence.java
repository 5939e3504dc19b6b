package io.zonefleet.inference.engine;

import java.time.Duration;
import java.util.Arrays;

/** One generation's state. Only {@link #cancel} may come from another thread than the engine's. */
final class Sequence implements Generation {
  private final GenerationRequest request;
  private final TokenListener listener;
  private final TokenChooser chooser;
  private final int[] endTokens;
  private final int limit;
  private final long submitted = System.nanoTime();
  private volatile boolean cancelled;
  private int[] tokens;
  private int length;
  private int reused;
  private int cached;
  private long admitted;
  private long first;

  /**
   * @param limit the most tokens it may have, prompt included
   */
  Sequence(GenerationRequest request, TokenListener listener, int limit, Sampler.Scratch scratch) {
    this.request = request;
    this.listener = listener;
    this.limit = limit;
    this.chooser = new TokenChooser(request, scratch);
    this.endTokens = request.endTokens().stream().mapToInt(Integer::intValue).toArray();
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

  String client() {
    return request.client();
  }

  /**
   * @param now as of {@link System#nanoTime}
   */
  boolean outOfPatience(long now) {
    return request.patience().isPresent() && now - submitted > request.patience().get().toNanos();
  }

  /** How long it has waited for a slot. */
  Duration waited() {
    return Duration.ofNanos(System.nanoTime() - submitted);
  }

  void admit() {
    admitted = System.nanoTime();
  }

  int[] prompt() {
    return request.prompt();
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

  /** The slot holds the first tokens of the prompt already. */
  void reuse(int count) {
    reused = count;
    cached = count;
  }

  /** Whether part of the prompt is not cached yet. */
  boolean prefilling() {
    return generated() == 0;
  }

  /**
   * How much of the prompt is appended in one run. Never a single token of a longer prompt: kernels
   * for one token round differently, and an answer would depend on how busy the engine was.
   *
   * @param budget the most tokens
   */
  int chunk(int budget) {
    int left = length - cached;
    if (left <= budget) {
      return left;
    }
    int added = left - budget == 1 ? budget - 1 : budget;
    return added < 2 ? 0 : added;
  }

  int last() {
    return tokens[length - 1];
  }

  private int generated() {
    return length - request.prompt().length;
  }

  /**
   * Chooses the next token and tells the listener.
   *
   * @return whether the generation goes on
   */
  boolean advance(float[] logits) {
    int token = chooser.next(logits);
    if (first == 0) {
      first = System.nanoTime();
    }
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, Math.min(limit + 1, 2 * length));
    }
    tokens[length++] = token;
    if (ends(token)) {
      end(FinishReason.STOP);
      return false;
    }
    if (generated() >= request.maxTokens() || length >= limit) {
      end(FinishReason.LENGTH);
      return false;
    }
    return true;
  }

  private boolean ends(int token) {
    for (int end : endTokens) {
      if (token == end) {
        return true;
      }
    }
    if (request.logprobs().isPresent()) {
      listener.logprobs(chooser.logprobs(token));
    }
    return !listener.token(token);
  }

  void end(FinishReason reason) {
    long now = System.nanoTime();
    listener.end(
        reason,
        new Usage(
            request.prompt().length,
            reused,
            generated(),
            Duration.ofNanos((admitted == 0 ? now : admitted) - submitted),
            Duration.ofNanos(first == 0 ? 0 : first - submitted),
            Duration.ofNanos(now - submitted)));
  }

  void fail(RuntimeException cause) {
    listener.failed(cause);
  }
}
