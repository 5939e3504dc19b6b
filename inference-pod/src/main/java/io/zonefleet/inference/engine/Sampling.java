package io.zonefleet.inference.engine;

import java.util.Map;
import java.util.SplittableRandom;

/**
 * How the next token is chosen.
 *
 * @param temperature 0 for the likeliest token always, else up to 2
 * @param topK at most so many candidates; 0 for no limit
 * @param topP the likeliest candidates whose probabilities reach this sum; in (0, 1]
 * @param minP candidates at least this likely, as a share of the likeliest; in [0, 1]
 * @param seed equal seeds give equal answers, whatever else is in the batch
 * @param penalties what repeating a token costs
 * @param bias added to the logits of single tokens, after the penalties; each from -100 to 100
 */
public record Sampling(
    double temperature,
    int topK,
    double topP,
    double minP,
    long seed,
    Penalties penalties,
    Map<Integer, Float> bias) {
  public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 0);

  /**
   * What repeating a token costs.
   *
   * @param repetition divides the positive and multiplies the negative logits of tokens of prompt
   *     and answer, as {@code RepetitionPenaltyLogitsProcessor} of Hugging Face does; in (0, 2], 1
   *     for none
   * @param presence subtracted once from the logits of tokens of the answer, as OpenAI does; -2 to
   *     2
   * @param frequency subtracted for each time that a token is in the answer, as OpenAI does; -2 to
   *     2
   */
  public record Penalties(double repetition, double presence, double frequency) {
    public static final Penalties NONE = new Penalties(1, 0, 0);

    public Penalties {
      if (!(repetition > 0 && repetition <= 2)) {
        throw new IllegalArgumentException(
            "repetition_penalty is " + repetition + "; allowed is above 0, up to 2");
      }
      check("presence_penalty", presence);
      check("frequency_penalty", frequency);
    }

    private static void check(String name, double value) {
      if (!(value >= -2 && value <= 2)) {
        throw new IllegalArgumentException(name + " is " + value + "; allowed is -2 to 2");
      }
    }
  }

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
    bias = Map.copyOf(bias);
    bias.forEach(
        (token, value) -> {
          if (token < 0 || !(value >= -100 && value <= 100)) {
            throw new IllegalArgumentException(
                "logit_bias of token " + token + " is " + value + "; allowed is -100 to 100");
          }
        });
  }

  public Sampling(double temperature, int topK, double topP, double minP, long seed) {
    this(temperature, topK, topP, minP, seed, Penalties.NONE, Map.of());
  }

  /**
   * The same for one of several answers to a request: each has a seed of its own, derived from the
   * request's; the first answer's is the request's itself.
   *
   * @param index from 0
   */
  public Sampling choice(int index) {
    SplittableRandom seeds = new SplittableRandom(seed);
    long derived = seed;
    for (int i = 0; i < index; i++) {
      derived = seeds.nextLong();
    }
    return new Sampling(temperature, topK, topP, minP, derived, penalties, bias);
  }
}
