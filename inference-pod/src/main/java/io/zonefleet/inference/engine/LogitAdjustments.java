package io.zonefleet.inference.engine;

import java.util.Arrays;

/**
 * Changes logits before a token is chosen: repetition penalty, then presence and frequency penalty,
 * then bias. Costs as much as there are different tokens, not as the vocabulary is wide. One per
 * generation; not thread-safe.
 */
final class LogitAdjustments {
  private final Sampling.Penalties penalties;
  private final int[] biased;
  private final float[] bias;
  private int[] prompt;

  /** The tokens of prompt and answer, each once, in the order of their coming. */
  private int[] seen = new int[64];

  private int different;

  /** By token: 0 for never seen, else 1 and the times that it is in the answer. */
  private int[] times = {};

  LogitAdjustments(Sampling sampling, int[] prompt) {
    this.penalties = sampling.penalties();
    this.biased = sampling.bias().keySet().stream().mapToInt(Integer::intValue).toArray();
    this.bias = new float[biased.length];
    for (int i = 0; i < biased.length; i++) {
      bias[i] = sampling.bias().get(biased[i]);
    }
    this.prompt = prompt;
  }

  /** Whether logits are changed at all. */
  static boolean needed(Sampling sampling) {
    return !sampling.penalties().equals(Sampling.Penalties.NONE) || !sampling.bias().isEmpty();
  }

  void apply(float[] logits) {
    if (times.length == 0) {
      begin(logits.length);
    }
    if (!penalties.equals(Sampling.Penalties.NONE)) {
      for (int i = 0; i < different; i++) {
        int token = seen[i];
        logits[token] = penalized(logits[token], times[token] - 1);
      }
    }
    for (int i = 0; i < biased.length; i++) {
      if (biased[i] < logits.length) {
        logits[biased[i]] += bias[i];
      }
    }
  }

  private float penalized(float logit, int answered) {
    double value = logit < 0 ? logit * penalties.repetition() : logit / penalties.repetition();
    if (answered > 0) {
      value -= penalties.presence() + penalties.frequency() * answered;
    }
    return (float) value;
  }

  /** The vocabulary's width is known with the first logits. */
  private void begin(int vocabulary) {
    times = new int[vocabulary];
    for (int token : prompt) {
      see(token);
    }
    prompt = new int[0];
  }

  /** The answer has one token more. */
  void accept(int token) {
    see(token);
    times[token]++;
  }

  private void see(int token) {
    if (times[token] == 0) {
      times[token] = 1;
      if (different == seen.length) {
        seen = Arrays.copyOf(seen, 2 * different);
      }
      seen[different++] = token;
    }
  }
}
