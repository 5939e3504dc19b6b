package io.zonefleet.inference.engine;

/**
 * How the next token is chosen.
 *
 * @param temperature 0 for the likeliest token always, else up to 2
 * @param topK at most so many candidates; 0 for no limit
 * @param topP the likeliest candidates whose probabilities reach this sum; in (0, 1]
 * @param minP candidates at least this likely, as a share of the likeliest; in [0, 1]
 * @param seed equal seeds give equal answers, whatever else is in the batch
 */
public record Sampling(double temperature, int topK, double topP, double minP, long seed) {
  public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 0);

  public Sampling {
    if (!(temperature >= 0 && temperature <= 2)) {
      throw new IllegalArgumentException("temperature is " + temperature + "; allowed is 0 to 2");
    }
    if (topK < 0) {
      throw new IllegalArgumentException("top_k is " + topK + "; allowed is 0 (no limit) or more");
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("top_p is " + topP + "; allowed is above 0, up to 1");
    }
    if (!(minP >= 0 && minP <= 1)) {
      throw new IllegalArgumentException("min_p is " + minP + "; allowed is 0 to 1");
    }
  }
}
