package io.zonefleet.e2e.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Given the answers of the last seconds, then a trial may begin or has to wait. */
class RunningMixedLoadTest {

  private static final long ASKED = 40;

  @Test
  void promptAnswersToNearlyAllThatWasAskedAreEnough() {
    assertThat(RunningMixedLoad.keptUp(answers(36, 200), ASKED)).isTrue();
    assertThat(RunningMixedLoad.keptUp(answers(35, 200), ASKED)).isFalse();
    assertThat(RunningMixedLoad.keptUp(List.of(), ASKED)).isFalse();
  }

  @Test
  void onePauseIsForgivenAndAQueueIsNot() {
    assertThat(RunningMixedLoad.keptUp(and(answers(39, 200), answers(1, 1500)), ASKED)).isTrue();
    assertThat(RunningMixedLoad.keptUp(answers(40, 900), ASKED)).isFalse();
  }

  @Test
  void aFailureIsNot() {
    var failed = answer(20, "HTTP 503");
    assertThat(RunningMixedLoad.keptUp(and(answers(40, 200), List.of(failed)), ASKED)).isFalse();
  }

  private static List<Sample> and(List<Sample> some, List<Sample> others) {
    return Stream.of(some, others).flatMap(List::stream).toList();
  }

  private static List<Sample> answers(int count, long millis) {
    return Collections.nCopies(count, answer(millis, ""));
  }

  private static Sample answer(long millis, String failure) {
    var sent = Instant.parse("2026-11-27T05:00:00Z");
    return new Sample(DataPlane.zonefleet, false, sent, millis, millis, "zone-a", 1, failure);
  }
}
