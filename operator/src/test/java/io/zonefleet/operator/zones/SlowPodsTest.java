package io.zonefleet.operator.zones;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Given pods that fail their checks in a zone that answers, then slow ones are told from dead. */
class SlowPodsTest {
  @Test
  void podsThatAreShortOfBreathAreNoLostZone() {
    var run = Run.settled("a", "b", "c");
    long epoch = run.epoch();
    for (int i = 0; i < 20; i++) {
      run.world.up.remove("a");
      run.lasts(Duration.ofMillis(900));
      run.world.up.add("a");
      run.seconds(2);
    }
    assertThat(run.epoch()).isEqualTo(epoch);
    assertThat(run.role("a")).isEqualTo(Role.Active);
  }

  @Test
  void podsThatDoNotAnswerAreLostWhenTheyHadTimeToBreathe() {
    var run = Run.settled("a", "b", "c");
    run.world.up.remove("a");
    assertThat(run.until("a", Role.Lost, Duration.ofSeconds(2)))
        .isGreaterThanOrEqualTo(Draft.CONFIRM_SLOW);
    assertThat(run.serving()).containsExactly("b");
  }

  @Test
  void podsThatHaveJustBeenStartedHaveMoreTimeToBreathe() {
    var run = Run.settled("a", "b", "c");
    long epoch = run.epoch();
    run.world.startedAt.put("a", run.now);
    run.world.slow.add("a");
    run.lasts(Duration.ofMillis(2500));
    run.world.slow.remove("a");
    run.seconds(60);
    assertThat(run.epoch()).as("the cold pod was slow").isEqualTo(epoch);

    run.world.slow.add("a");
    run.lasts(Duration.ofMillis(2500));
    assertThat(run.role("a")).as("the warm one does not answer").isEqualTo(Role.Lost);
  }

  @Test
  void coldPodsThatTheirNodeCallsUnreadyHadTheirTime() {
    var run = Run.settled("a", "b", "c");
    run.world.startedAt.put("a", run.now);
    run.world.up.remove("a");
    assertThat(run.until("a", Role.Lost, Duration.ofSeconds(2)))
        .isGreaterThanOrEqualTo(Draft.CONFIRM_SLOW);
  }

  @Test
  void coldPodsThatRefuseOrAreCutOffAreLostAtOnceAllTheSame() {
    for (var refuses : List.of(true, false)) {
      var run = Run.settled("a", "b", "c");
      run.world.startedAt.put("a", run.now);
      run.world.slow.add("a");
      (refuses ? run.world.refusing : run.world.cut).add("a");
      assertThat(run.until("a", Role.Lost, Duration.ofSeconds(2))).isLessThan(Draft.CONFIRM_SLOW);
    }
  }

  @Test
  void podsThatRefuseAreLostAtOnce() {
    var run = Run.settled("a", "b", "c");
    run.world.refusing.add("a");
    run.world.up.remove("a");
    assertThat(run.until("a", Role.Lost, Duration.ofSeconds(2))).isLessThan(Draft.CONFIRM_SLOW);
    assertThat(run.serving()).containsExactly("b");
  }
}
