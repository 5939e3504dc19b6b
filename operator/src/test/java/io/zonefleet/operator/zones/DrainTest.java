package io.zonefleet.operator.zones;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Given a person who takes zones out of traffic. */
class DrainTest {
  private static Drain of(String zone) {
    return new Drain(zone, "", Optional.empty());
  }

  @Test
  void aDrainMovesTrafficAtOnce() {
    var run = Run.settled("a", "b", "c");
    long epoch = run.epoch();
    run.drained("a").look();

    assertThat(run.role("a")).isEqualTo(Role.Drained);
    assertThat(run.reason("a")).isEqualTo("drained: work on the cooling");
    assertThat(run.serving()).containsExactly("b");
    assertThat(run.epoch()).isEqualTo(epoch + 1);
    assertThat(run.state.switches().getLast().cause()).isEqualTo(Switch.Cause.Drain);
    assertThat(run.state.switches().getLast().millis()).isZero();
    assertThat(run.seconds(60).epoch()).isEqualTo(epoch + 1);
  }

  @Test
  void aDrainThatEndsBringsTheZoneBackAfterTheHoldDown() {
    var run = Run.settled("a", "b", "c");
    run.drained("a").seconds(5);
    run.drains().look();
    assertThat(run.role("a")).isEqualTo(Role.Returning);
    assertThat(run.reason("a")).isEqualTo("drain ended; traffic may return after 30 s");
    run.seconds(29);
    assertThat(run.serving()).containsExactly("b");
    run.seconds(2);
    assertThat(run.serving()).containsExactly("a");
  }

  @Test
  void aDrainEndsWhenItsTimeHasCome() {
    var run = Run.settled("a", "b");
    run.drains(new Drain("a", "", Optional.of(run.now.plusSeconds(10))));
    run.seconds(9);
    assertThat(run.role("a")).isEqualTo(Role.Drained);
    run.seconds(2);
    assertThat(run.role("a")).isEqualTo(Role.Returning);
  }

  @Test
  void aDrainThatIsOverWhenItComesIsNone() {
    var run = Run.settled("a", "b");
    long epoch = run.epoch();
    run.drains(new Drain("a", "", Optional.of(run.now.minusSeconds(1)))).seconds(5);
    assertThat(run.epoch()).isEqualTo(epoch);
  }

  @Test
  void theLastZonesDrainIsRefusedOnceAndCarriedOutLater() {
    var run = Run.settled("a", "b");
    run.world.cut.add("b");
    run.seconds(5);
    run.actions.clear();
    long epoch = run.epoch();

    run.drained("a").seconds(60);
    assertThat(run.serving()).containsExactly("a");
    assertThat(run.role("a")).isEqualTo(Role.Active);
    assertThat(run.reason("a")).isEqualTo(Drains.REFUSED);
    assertThat(run.told(Action.DrainRefused.class)).hasSize(1);
    assertThat(run.epoch()).isEqualTo(epoch);

    run.world.healAll();
    run.looks(2);
    assertThat(run.role("a")).isEqualTo(Role.Drained);
    assertThat(run.serving()).containsExactly("b");
  }

  @Test
  void aRefusalIsForgottenWithTheDrain() {
    var run = Run.settled("a");
    run.drained("a").looks(3);
    assertThat(run.reason("a")).isEqualTo(Drains.REFUSED);
    run.drains().look();
    assertThat(run.reason("a")).isEqualTo("serves");
  }

  @Test
  void ofADoubtedZoneTooTheRefusalIsToldOnce() {
    var run = Run.settled("a", "b");
    run.world.cut.add("b");
    run.seconds(5);
    run.world.healAll();
    run.world.up.remove("b");
    run.world.partition("b", "a");
    run.actions.clear();
    run.drained("a").seconds(10);
    assertThat(run.told(Action.DrainRefused.class)).hasSize(1);
  }

  @Test
  void ofAllZonesDrainedTheLastGoesOnServing() {
    var run = Run.settled("a", "b", "c");
    run.drains(of("a"), of("b"), of("c")).seconds(10);
    assertThat(run.role("a")).isEqualTo(Role.Drained);
    assertThat(run.role("b")).isEqualTo(Role.Drained);
    assertThat(run.serving()).containsExactly("c");
    assertThat(run.reason("c")).isEqualTo(Drains.REFUSED);
    assertThat(run.told(Action.DrainRefused.class)).hasSize(1);
  }

  @Test
  void drainsOfAFleetThatHasNotStartedLeaveOneZone() {
    var run = new Run(new World(java.util.List.of("a", "b")));
    run.drains(of("a"), of("b")).seconds(2);
    run.world.up.add("a");
    run.seconds(2);
    assertThat(run.serving()).as("the only one that is alive").containsExactly("a");
    assertThat(run.reason("a")).isEqualTo(Drains.REFUSED);

    run.world.up.add("b");
    run.seconds(2);
    assertThat(run.serving()).containsExactly("b");
    assertThat(run.role("a")).isEqualTo(Role.Drained);
  }

  @Test
  void aZoneThatStartsWhileDrainedSaysSo() {
    var run = new Run(new World(java.util.List.of("a", "b")));
    run.world.up.add("b");
    run.drained("a").seconds(2);
    run.world.up.add("a");
    run.seconds(60);
    assertThat(run.role("a")).isEqualTo(Role.Drained);
    assertThat(run.reason("a")).isEqualTo("drained: work on the cooling");
    assertThat(run.serving()).containsExactly("b");
  }

  @Test
  void whoIsBlindDrainsNothing() {
    var run = Run.settled("a", "b", "c");
    run.world.late.addAll(run.world.zones);
    run.drained("a").seconds(10);
    assertThat(run.serving()).containsExactly("a");
    assertThat(run.told(Action.DrainRefused.class)).isEmpty();
    run.world.late.clear();
    run.look();
    assertThat(run.serving()).containsExactly("b");
  }

  @Test
  void aLostZoneCanBeDrainedAndReturnsForgiven() {
    var run = Run.settled("a", "b", "c");
    run.world.cut.add("a");
    run.seconds(5);
    run.drained("a").seconds(5);
    run.world.healAll();
    run.seconds(60);
    assertThat(run.role("a")).isEqualTo(Role.Drained);
    run.drains().lasts(Duration.ofSeconds(31));
    assertThat(run.serving()).containsExactly("a");
  }

  @Test
  void aZoneThatLeavesTheSpecIsSwitchedAwayFrom() {
    var run = Run.settled("a", "b", "c");
    long epoch = run.epoch();
    run.zones("b", "c").look();
    assertThat(run.serving()).containsExactly("b");
    assertThat(run.state.zone("a")).isEmpty();
    assertThat(run.epoch()).isEqualTo(epoch + 1);
    assertThat(run.state.switches().getLast().cause()).isEqualTo(Switch.Cause.ZoneRemoved);
    assertThat(run.zones("b", "c", "d").seconds(60).epoch()).isEqualTo(epoch + 1);
  }
}
