package io.zonefleet.inference.constraint;

import io.zonefleet.inference.engine.TokenConstraint;
import java.util.Arrays;
import java.util.Set;

/** Keeps one answer to a grammar, from its first token to its end. */
final class GrammarConstraint implements TokenConstraint {
  private final CompiledConstraint compiled;
  private final int[] endTokens;
  private Expression state;

  GrammarConstraint(CompiledConstraint compiled, Set<Integer> endTokens) {
    this.compiled = compiled;
    this.endTokens = endTokens.stream().mapToInt(Integer::intValue).toArray();
    this.state = compiled.start();
  }

  @Override
  public void mask(float[] logits) {
    long[] allowed = compiled.allowed(state);
    float[] ends = new float[endTokens.length];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = endTokens[i] < logits.length ? logits[endTokens[i]] : Float.NEGATIVE_INFINITY;
    }
    keep(logits, allowed);
    boolean complete = state.endable();
    for (int i = 0; i < ends.length; i++) {
      if (endTokens[i] < logits.length) {
        logits[endTokens[i]] = complete ? ends[i] : Float.NEGATIVE_INFINITY;
      }
    }
  }

  /** A word of 64 tokens at a time: most words are all or nothing. */
  private static void keep(float[] logits, long[] allowed) {
    int words = Math.min(allowed.length, (logits.length + 63) / 64);
    for (int word = 0; word < words; word++) {
      long bits = allowed[word];
      int from = word * 64;
      int to = Math.min(from + 64, logits.length);
      if (bits == 0) {
        Arrays.fill(logits, from, to, Float.NEGATIVE_INFINITY);
      } else if (bits != -1) {
        for (int token = from; token < to; token++) {
          if ((bits >>> token & 1) == 0) {
            logits[token] = Float.NEGATIVE_INFINITY;
          }
        }
      }
    }
    if (words * 64 < logits.length) {
      Arrays.fill(logits, words * 64, logits.length, Float.NEGATIVE_INFINITY);
    }
  }

  @Override
  public void accept(int token) {
    for (int end : endTokens) {
      if (token == end) {
        return;
      }
    }
    state = compiled.after(state, token);
    if (compiled.dead(state)) {
      throw new IllegalStateException("token " + token + " is not allowed here");
    }
  }

  /** Text that was part of the token before the first one. */
  void accept(byte[] text) {
    state = compiled.after(state, text);
    if (compiled.dead(state)) {
      throw new IllegalStateException("the reasoning ended in the middle of a token");
    }
  }
}
