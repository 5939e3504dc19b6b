package io.zonefleet.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static Sampler sampler(Sampling sampling) {
    return new Sampler(sampling, new Sampler.Scratch());
  }

  @Property
  void temperatureZeroTakesTheLikeliest(
      @ForAll @Size(min = 1, max = 50) List<@FloatRange(min = -50, max = 50) Float> numbers) {
    float[] logits = array(numbers);
    int token = sampler(Sampling.GREEDY).next(logits);
    for (int i = 0; i < logits.length; i++) {
      assertThat(logits[i]).isLessThanOrEqualTo(logits[token]);
      if (i < token) {
        assertThat(logits[i]).isLessThan(logits[token]);
      }
    }
  }

  @Property
  void topKLeavesNoOtherCandidates(
      @ForAll @Size(min = 1, max = 50) List<@FloatRange(min = -5, max = 5) Float> numbers,
      @ForAll @IntRange(min = 1, max = 10) int topK,
      @ForAll long seed) {
    float[] logits = array(numbers);
    int token = sampler(new Sampling(1, topK, 1, 0, seed)).next(logits);
    int better = 0;
    for (float logit : logits) {
      better += logit > logits[token] ? 1 : 0;
    }
    assertThat(better).isLessThan(topK);
  }

  @Property
  void topPKeepsTheSmallestSetThatReachesIt(
      @ForAll @Size(min = 1, max = 50) List<@FloatRange(min = -5, max = 5) Float> numbers,
      @ForAll long seed) {
    double topP = 0.6;
    float[] logits = array(numbers);
    int token = sampler(new Sampling(1, 0, topP, 0, seed)).next(logits);
    double sum = 0;
    double better = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
      better += logit > logits[token] ? Math.exp(logit) : 0;
    }
    assertThat(better / sum).isLessThan(topP + 1e-6);
  }

  private static float[] array(List<Float> numbers) {
    float[] array = new float[numbers.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = numbers.get(i);
    }
    return array;
  }

  @Test
  void drawsInProportionToProbability() {
    float[] logits = {0, (float) Math.log(2), (float) Math.log(5), Float.NEGATIVE_INFINITY};
    int[] counts = new int[4];
    Sampler sampler = sampler(new Sampling(1, 0, 1, 0, 1));
    for (int i = 0; i < 80_000; i++) {
      counts[sampler.next(logits)]++;
    }
    assertThat(counts[0] / 80_000.0).isCloseTo(1 / 8.0, within(0.01));
    assertThat(counts[1] / 80_000.0).isCloseTo(2 / 8.0, within(0.01));
    assertThat(counts[2] / 80_000.0).isCloseTo(5 / 8.0, within(0.01));
    assertThat(counts[3]).isZero();
  }

  @Test
  void logitsThatAreNoNumbersAreAFailure() {
    assertThatThrownBy(() -> sampler(Sampling.GREEDY).next(new float[] {Float.NaN}))
        .hasMessageContaining("no finite logits");
  }
}
