package io.zonefleet.operator.zones;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Given doubts that came to nothing, when a zone really goes, then how soon that is believed. */
class FalseAlarmTest {
  private static final Duration SOON = Duration.ofSeconds(3);

  /** As where all links lose packets: each doubt passes, and one day two come together. */
  @Test
  void whereDoubtsComeAndGoALossIsBelievedLater() {
    var run = Run.settled("a", "b", "c");
    flicker(run);

    run.world.cut.add("a");
    run.seconds(4);
    assertThat(run.role("a")).isEqualTo(Role.Suspect);
    assertThat(run.state.gatewaysServe("a")).isFalse();
    run.world.healAll();
    assertThat(run.seconds(1).role("a")).isEqualTo(Role.Active);

    run.world.cut.add("a");
    assertThat(run.until("a", Role.Lost, Duration.ofSeconds(6)))
        .isGreaterThanOrEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void aMinuteOfCalmMakesUpForDoubtsThatPassed() {
    var run = Run.settled("a", "b", "c");
    flicker(run);
    run.seconds(60);

    run.world.cut.add("a");

    assertThat(run.until("a", Role.Lost, SOON)).isLessThanOrEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void podsThatRefuseAreBelievedAtOnceAllTheSame() {
    var run = Run.settled("a", "b", "c");
    flicker(run);

    run.world.refusing.add("a");
    run.world.up.remove("a");

    assertThat(run.until("a", Role.Lost, SOON)).isLessThanOrEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void doubtsWhileAZoneComesBackAreNoFalseAlarms() {
    var run = Run.settled("a", "b", "c");
    run.world.cut.add("a");
    run.until("a", Role.Lost, SOON);
    run.world.healAll();
    run.look();
    for (var doubted : List.of("b", "c", "b")) {
      doubts(run, "a", doubted);
    }
    assertThat(run.role("a")).isEqualTo(Role.Returning);

    run.world.cut.add("c");

    assertThat(run.until("c", Role.Lost, SOON)).isLessThanOrEqualTo(Duration.ofSeconds(1));
  }

  /** Three false alarms. */
  private static void flicker(Run run) {
    for (var witness : List.of("b", "c", "b")) {
      doubts(run, witness, "a");
    }
  }

  private static void doubts(Run run, String witness, String zone) {
    run.world.partition(witness, zone);
    run.seconds(1);
    run.world.join(witness, zone);
    run.seconds(1);
  }
}
