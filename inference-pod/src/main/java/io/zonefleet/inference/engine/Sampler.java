package io.zonefleet.inference.engine;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Chooses tokens for one request; its randomness depends on the seed alone. Not thread-safe. */
final class Sampler {
  /** Candidates less likely than e^-20 of the best (2e-9) are not worth sorting. */
  private static final double NEGLIGIBLE = 20;

  private final Sampling sampling;
  private final SplittableRandom random;
  private final Scratch scratch;

  /** Room to sort a vocabulary in, shared by samplers of one thread. */
  static final class Scratch {
    private long[] ranked = {};
    private double[] weights = {};

    private void fit(int vocabulary) {
      if (ranked.length < vocabulary) {
        ranked = new long[vocabulary];
        weights = new double[vocabulary];
      }
    }
  }

  Sampler(Sampling sampling, Scratch scratch) {
    this.sampling = sampling;
    this.random = new SplittableRandom(sampling.seed());
    this.scratch = scratch;
  }

  /**
   * @param logits one finite number or negative infinity per token
   * @throws IllegalStateException when the model computed no usable number
   */
  int next(float[] logits) {
    int best = likeliest(logits);
    if (sampling.temperature() == 0 || sampling.topK() == 1) {
      return best;
    }
    return draw(logits, logits[best]);
  }

  private static int likeliest(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    if (!Float.isFinite(logits[best])) {
      throw new IllegalStateException("the model computed no finite logits");
    }
    return best;
  }

  private int draw(float[] logits, float max) {
    scratch.fit(logits.length);
    long[] ranked = scratch.ranked;
    double[] weight = scratch.weights;
    int n = rank(logits, max, ranked);
    n = sampling.topK() == 0 ? n : Math.min(sampling.topK(), n);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      weight[i] = Math.exp((logits[token(ranked[i])] - max) / sampling.temperature());
      if (weight[i] < sampling.minP()) {
        n = i;
        break;
      }
      sum += weight[i];
    }
    double limit = sum * sampling.topP();
    double mass = 0;
    int candidates = 0;
    while (candidates < n && mass < limit) {
      mass += weight[candidates++];
    }
    double point = random.nextDouble() * mass;
    for (int i = 0; i < candidates; i++) {
      point -= weight[i];
      if (point < 0) {
        return token(ranked[i]);
      }
    }
    return token(ranked[candidates - 1]);
  }

  /**
   * Tokens worth considering, likeliest first, equals by number: (order, token) in one long.
   *
   * @return how many there are
   */
  private int rank(float[] logits, float max, long[] keys) {
    float floor = (float) (max - NEGLIGIBLE * sampling.temperature());
    int n = 0;
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] >= floor) {
        // max - logit is never negative, and bits of such floats sort as the floats do
        keys[n++] = (long) Float.floatToIntBits(max - logits[i]) << 32 | i;
      }
    }
    Arrays.sort(keys, 0, n);
    return n;
  }

  private static int token(long key) {
    return (int) key;
  }
}
