package io.zonefleet.inference.engine;

import io.zonefleet.inference.model.GraphLayout;
import io.zonefleet.inference.ort.OrtEnvironment;
import io.zonefleet.inference.ort.OrtSession;

/**
 * A model with a key-value cache of several slots. The engine knows no more of it than this, so
 * that other cache layouts fit in. Not thread-safe.
 */
public interface BatchDecoder extends AutoCloseable {
  /**
   * The decoder for a graph's kind of cache.
   *
   * @param size of the cache; {@code slotTokens} is at most the graph's own context
   */
  static BatchDecoder open(
      OrtEnvironment environment, OrtSession session, GraphLayout layout, CacheSize size) {
    return switch (layout.kind()) {
      case IN_PLACE -> new InPlaceDecoder(environment, session, layout, size);
      case CONCATENATED -> new ConcatenatingDecoder(environment, session, layout, size);
    };
  }

  /** How much the cache holds. */
  CacheSize size();

  int vocabularySize();

  /** The most tokens that one {@link #append} takes; at least 2. */
  int chunkTokens();

  /**
   * Appends {@code tokens[from..to)} to a slot that holds the tokens before {@code from}.
   *
   * @param logits receives the logits after the last token
   */
  void append(int slot, int[] tokens, int from, int to, float[] logits);

  /**
   * Appends one token to each of the slots 0 to {@code n - 1}, in one run. A slot without work may
   * take part: its row then writes only beyond {@code lengths[slot]}, where nothing is read.
   *
   * @param n at most {@code size().slots()}
   * @param lengths tokens that each slot holds already, less than {@code size().slotTokens()}
   * @param logits receives one row per slot
   */
  void step(int n, int[] tokens, int[] lengths, float[][] logits);

  /** Whether {@link #copy} and {@link #swap} are possible. */
  boolean movable();

  /** Copies the first {@code tokens} tokens of one slot to another. */
  void copy(int from, int to, int tokens);

  /** Exchanges the first {@code tokens} tokens of two slots. */
  void swap(int a, int b, int tokens);

  @Override
  void close();
}
