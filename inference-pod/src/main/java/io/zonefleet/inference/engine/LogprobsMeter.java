package io.zonefleet.inference.engine;

import java.util.Arrays;

/** Keeps the model's own logits until a token is chosen, and then says how likely it was. */
final class LogprobsMeter {
  private final int count;
  private float[] raw = {};

  /**
   * @param count how many of the likeliest tokens are told, 0 or more
   */
  LogprobsMeter(int count) {
    this.count = count;
  }

  /** To be called before the logits are changed. */
  void observe(float[] logits) {
    if (raw.length == 0) {
      raw = new float[logits.length];
    }
    System.arraycopy(logits, 0, raw, 0, raw.length);
  }

  TokenLogprobs of(int token) {
    int[] likeliest = likeliest();
    double max = likeliest.length == 0 ? max() : raw[likeliest[0]];
    double sum = 0;
    for (float logit : raw) {
      sum += Math.exp(logit - max);
    }
    double total = max + Math.log(sum);
    float[] logprobs = new float[likeliest.length];
    for (int i = 0; i < logprobs.length; i++) {
      logprobs[i] = (float) (raw[likeliest[i]] - total);
    }
    return new TokenLogprobs(token, (float) (raw[token] - total), likeliest, logprobs);
  }

  private double max() {
    double max = Double.NEGATIVE_INFINITY;
    for (float logit : raw) {
      max = Math.max(max, logit);
    }
    return max;
  }

  /** By insertion into a short list: there are few, and most logits do not reach the last one. */
  private int[] likeliest() {
    int[] best = new int[Math.min(count, raw.length)];
    int n = 0;
    for (int token = 0; token < raw.length && best.length > 0; token++) {
      if (n == best.length && !(raw[token] > raw[best[n - 1]])) {
        continue;
      }
      int at = n < best.length ? n++ : n - 1;
      while (at > 0 && raw[token] > raw[best[at - 1]]) {
        best[at] = best[at - 1];
        at--;
      }
      best[at] = token;
    }
    return Arrays.copyOf(best, n);
  }
}
