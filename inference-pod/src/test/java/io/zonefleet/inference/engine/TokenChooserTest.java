package io.zonefleet.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokenChooserTest {
  private static Sampling greedy(Sampling.Penalties penalties, Map<Integer, Float> bias) {
    return new Sampling(0, 0, 1, 0, 0, penalties, bias);
  }

  private static TokenChooser chooser(Sampling sampling, OptionalInt logprobs, int... prompt) {
    return new TokenChooser(
        new GenerationRequest(prompt, 9, sampling, Set.of()).withLogprobs(logprobs),
        new Sampler.Scratch());
  }

  /** Numbers computed by hand from Hugging Face's and OpenAI's formulas. */
  @Test
  void penaltiesFollowTheirFormulas() {
    LogitAdjustments adjustments =
        new LogitAdjustments(
            greedy(new Sampling.Penalties(1.25, 0.5, 0.25), Map.of(4, 3f)), new int[] {0, 1, 0});
    adjustments.apply(new float[6]);
    adjustments.accept(2);
    adjustments.accept(2);
    adjustments.accept(1);
    float[] logits = {5, -4, 10, 10, 1, -2};
    adjustments.apply(logits);
    assertThat(logits[0]).as("in the prompt only: 5 / 1.25").isEqualTo(4f);
    assertThat(logits[1]).as("in both: -4 * 1.25 - 0.5 - 0.25").isEqualTo(-5.75f);
    assertThat(logits[2]).as("twice in the answer: 10 / 1.25 - 0.5 - 0.5").isEqualTo(7f);
    assertThat(logits[3]).as("never seen").isEqualTo(10f);
    assertThat(logits[4]).as("biased").isEqualTo(4f);
    assertThat(logits[5]).isEqualTo(-2f);
  }

  @Test
  void aFrequencyPenaltyTurnsTheModelToOtherTokens() {
    TokenChooser chooser =
        chooser(greedy(new Sampling.Penalties(1, 0, 2), Map.of()), OptionalInt.empty(), 0);
    List<Integer> chosen = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      chosen.add(chooser.next(new float[] {0, 9, 8, 6.5f}));
    }
    assertThat(chosen).containsExactly(1, 2, 1, 3);
  }

  @Test
  void aBiasBansAndForces() {
    Sampling sampling = greedy(Sampling.Penalties.NONE, Map.of(1, -100f, 3, 100f));
    assertThat(chooser(sampling, OptionalInt.empty(), 0).next(new float[] {0, 9, 8, -50}))
        .isEqualTo(3);
  }

  /** Given a bias that changes the choice, then the model's own opinion is told. */
  @Test
  void logprobsAreTheModelsOwn() {
    TokenChooser chooser =
        chooser(greedy(Sampling.Penalties.NONE, Map.of(0, 100f)), OptionalInt.of(2), 3);
    float[] logits = {
      (float) Math.log(0.1), (float) Math.log(0.6), (float) Math.log(0.05), (float) Math.log(0.25)
    };
    int token = chooser.next(logits);
    TokenLogprobs logprobs = chooser.logprobs(token);
    assertThat(logprobs.token()).isZero();
    assertThat(Math.exp(logprobs.logprob())).isCloseTo(0.1, within(1e-6));
    assertThat(logprobs.likeliest()).containsExactly(1, 3);
    assertThat(Math.exp(logprobs.logprobs()[0])).isCloseTo(0.6, within(1e-6));
    assertThat(Math.exp(logprobs.logprobs()[1])).isCloseTo(0.25, within(1e-6));
  }

  @Test
  void logprobsOfAskedForNoOthersStillTellTheChosenOne() {
    TokenChooser chooser = chooser(Sampling.GREEDY, OptionalInt.of(0), 5);
    int token = chooser.next(new float[] {0, 0, 0, 0});
    assertThat(Math.exp(chooser.logprobs(token).logprob())).isCloseTo(0.25, within(1e-6));
    assertThat(chooser.logprobs(token).likeliest()).isEmpty();
  }

  @Test
  void choicesHaveSeedsOfTheirOwn() {
    Sampling sampling = new Sampling(1, 0, 1, 0, 42);
    assertThat(sampling.choice(0)).isEqualTo(sampling);
    assertThat(IntStream.range(0, 8).mapToObj(i -> sampling.choice(i).seed()).distinct())
        .hasSize(8);
    assertThat(sampling.choice(5)).isEqualTo(sampling.choice(5));
  }
}
