package io.zonefleet.operator.zones;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Given a fleet whose pods become healthy in their own time. */
class StartUpTest {
  private static Run empty(String... zones) {
    return new Run(new World(List.of(zones)));
  }

  @Test
  void nothingIsDecidedBeforeTheFirstPodIsAdmitted() {
    var run = empty("a", "b", "c").seconds(60);
    assertThat(run.epoch()).isZero();
    assertThat(run.actions).isEmpty();
    assertThat(run.state.zones()).allMatch(z -> z.role() == Role.Standby && !z.started());
    assertThat(run.reason("a")).isEqualTo("waits for its first healthy pod");
  }

  @Test
  void zonesThatStartTogetherAreOneDecision() {
    var run = new Run(World.healthy("a", "b", "c")).seconds(120);
    assertThat(run.epoch()).isEqualTo(1);
    assertThat(run.serving()).containsExactly("a");
    assertThat(run.actions).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"a b c", "a c b"})
  void whenTheFirstZoneStartsFirstNothingMoves(String order) {
    var run = slowly(order, Duration.ofSeconds(45));
    assertThat(run.epoch()).isEqualTo(1);
    assertThat(run.serving()).containsExactly("a");
    assertThat(run.told(Action.ZoneLost.class)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"b a c", "b c a", "c a b"})
  void whenAnotherZoneStartsFirstTrafficMovesOnceAndNotInAHurry(String order) {
    var run = slowly(order, Duration.ofSeconds(45));
    assertThat(run.serving()).containsExactly("a");
    assertThat(run.epoch()).isEqualTo(2);
    assertThat(run.told(Action.ZoneLost.class)).isEmpty();
    assertThat(run.state.switches()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"b a c", "b c a", "c b a", "c a b"})
  void zonesThatStartSecondsApartMoveTrafficOnceAtMost(String order) {
    var run = slowly(order, Duration.ofSeconds(3));
    assertThat(run.epoch()).isLessThanOrEqualTo(2);
    assertThat(run.serving()).containsExactly("a");
  }

  @Test
  void aServingZoneIsNotLeftForOneThatJustStarted() {
    var run = empty("a", "b");
    run.world.up.add("b");
    run.seconds(60);
    run.world.up.add("a");
    run.seconds(29);
    assertThat(run.serving()).containsExactly("b");
    assertThat(run.role("a")).isEqualTo(Role.Standby);
  }

  @Test
  void withManualFailbackWhoStartsFirstServes() {
    var run = empty("a", "b").with(new Failback(Failback.Mode.Manual, 5, 5));
    run.world.up.add("b");
    run.seconds(5);
    run.world.up.add("a");
    run.seconds(600);
    assertThat(run.serving()).containsExactly("b");
    assertThat(run.epoch()).isEqualTo(1);
  }

  /**
   * Seen in a real run on a busy machine: epoch 6 and zones Returning four minutes after the start,
   * for each model that loaded took the processors away from pods that served already, and two
   * gateways missed two checks.
   */
  @Test
  void podsThatAreStarvedWhileOthersLoadAreNotLost() {
    var run = empty("a", "b", "c");
    for (var starting : List.of("a", "b", "c")) {
      for (int i = 0; i < 10; i++) {
        var running = new ArrayList<>(run.world.up);
        for (var starved : running) {
          run.world.up.remove(starved);
          run.lasts(Duration.ofMillis(1500));
          run.world.up.add(starved);
          run.lasts(Duration.ofMillis(1000));
        }
        // all are slow to answer for a moment, the gateways too
        run.world.up.removeAll(running);
        run.world.late.addAll(List.of("a", "b"));
        run.lasts(Duration.ofMillis(1000));
        run.world.up.addAll(running);
        run.world.late.clear();
        run.lasts(Duration.ofMillis(1500));
      }
      run.world.up.add(starting);
      run.seconds(5);
    }
    run.seconds(120);
    assertThat(run.told(Action.ZoneLost.class)).isEmpty();
    assertThat(run.epoch()).isEqualTo(1);
    assertThat(run.serving()).containsExactly("a");
  }

  /** A pod is admitted by one gateway some time before the others have it. */
  @Test
  void aPodThatTheGatewaysAdmitOneAfterTheOtherIsNotLost() {
    var run = empty("a", "b", "c");
    run.world.up.addAll(List.of("b", "c"));
    run.seconds(10);
    run.world.partition("b", "a");
    run.world.partition("c", "a");
    run.world.up.add("a");
    run.seconds(10);
    assertThat(run.state.zone("a").orElseThrow().started())
        .as("two see it fail, so it has not started")
        .isFalse();
    run.world.join("b", "a");
    run.seconds(10);
    run.world.join("c", "a");
    run.seconds(60);
    assertThat(run.told(Action.ZoneLost.class)).isEmpty();
    assertThat(run.epoch()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({"a b c", "b c a", "c b a"})
  void gatewaysThatStartLateCondemnNobody(String order) {
    var run = empty("a", "b", "c");
    run.world.gatewaysDown.addAll(List.of("a", "b", "c"));
    for (var zone : order.split(" ")) {
      run.world.up.add(zone);
      run.seconds(7);
      run.world.gatewaysDown.remove(zone);
      run.seconds(7);
    }
    run.seconds(90);
    assertThat(run.told(Action.ZoneLost.class)).isEmpty();
    assertThat(run.told(Action.Degraded.class)).isEmpty();
    assertThat(run.serving()).containsExactly("a");
    assertThat(run.epoch()).isLessThanOrEqualTo(2);
  }

  @Test
  void aZoneThatNeverStartsIsNoLoss() {
    var run = empty("a", "b", "c");
    run.world.up.addAll(List.of("b", "c"));
    run.lasts(Duration.ofMinutes(20));
    assertThat(run.role("a")).isEqualTo(Role.Standby);
    assertThat(run.serving()).containsExactly("b");
    assertThat(run.epoch()).isEqualTo(1);
  }

  private static Run slowly(String order, Duration apart) {
    var run = empty("a", "b", "c");
    for (var zone : order.split(" ")) {
      run.lasts(apart);
      run.world.up.add(zone);
    }
    return run.seconds(120);
  }
}
