package io.zonefleet.operator.zones;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Given an operator that is replaced in the middle, then the next one decides the same. */
class RestartTest {
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 10, 100, 250, 300, 361, 362, 363, 400})
  void aLossAndAReturnEndTheSameWhereverTheOperatorIsReplaced(int at) {
    var whole = lossAndReturn(-1);
    var broken = lossAndReturn(at);

    assertThat(broken.serving()).isEqualTo(whole.serving()).containsExactly("a");
    assertThat(broken.epoch()).isEqualTo(whole.epoch());
    assertThat(moves(broken)).isEqualTo(moves(whole));
    assertThat(broken.state.zone("a").orElseThrow().flaps()).isEqualTo(1);
    for (int i = 0; i < moves(whole).size(); i++) {
      var late =
          Duration.between(
              whole.state.switches().get(i).shiftedAt(),
              broken.state.switches().get(i).shiftedAt());
      assertThat(late).as("costs one confirmation").isLessThanOrEqualTo(Duration.ofSeconds(1));
    }
  }

  private static Run lossAndReturn(int replacedAt) {
    var run = Run.settled("a", "b", "c");
    run.world.cut.add("a");
    for (int look = 0; look < 500; look++) {
      if (look == 240) {
        run.world.healAll();
      }
      if (look == replacedAt) {
        run.restart();
      }
      run.look();
    }
    return run;
  }

  private static List<String> moves(Run run) {
    return run.state.switches().stream().map(s -> s.from() + s.to() + s.cause()).toList();
  }

  @Test
  void whoServedWhileAllWereSuspectStillServes() {
    var run = new Run(new World(List.of("a", "b", "c"))).with(manual());
    run.world.up.add("b");
    run.seconds(5);
    run.world.healAll();
    run.seconds(5);
    assertThat(run.serving()).containsExactly("b");
    for (var zone : run.world.zones) {
      run.world.partition(zone, zone.equals("a") ? "b" : "a");
    }
    run.world.partition("a", "c");
    run.look();
    assertThat(run.state.zones()).allMatch(z -> z.role() == Role.Suspect);

    run.restart().looks(5);

    assertThat(run.serving()).containsExactly("b");
    assertThat(run.state.switches()).isEmpty();
  }

  @Test
  void aSuspectZoneThatHadNoShareGetsNoneByARestart() {
    var run =
        new Run(World.healthy("a", "b", "c")).with(Policy.ActiveActive).with(manual()).settle();
    run.world.cut.add("a");
    run.until("a", Role.Lost, Duration.ofSeconds(3));
    run.world.healAll();
    run.seconds(20);
    run.world.partition("b", "a");
    run.look();
    assertThat(run.role("a")).isEqualTo(Role.Suspect);

    run.restart().look();

    assertThat(run.serving()).containsExactlyInAnyOrder("b", "c");
  }

  @Test
  void aRampGoesOnWhereItWas() {
    var run = new Run(World.healthy("a", "b", "c")).with(Policy.ActiveActive).settle();
    run.world.cut.add("a");
    run.until("a", Role.Lost, Duration.ofSeconds(3));
    run.world.healAll();
    run.until("a", Role.Active, Duration.ofMinutes(1));
    run.seconds(40);
    // a passing doubt begins the role anew, but not the ramp
    run.world.partition("b", "a");
    run.look();
    run.world.join("b", "a");
    run.look();
    assertThat(run.ramps()).containsEntry("a", 100);

    run.restart();

    assertThat(run.ramps()).containsEntry("a", 100);
  }

  @Test
  void aZoneThatNeverStartedIsNotLostByARestart() {
    var run = new Run(new World(List.of("a", "b", "c")));
    run.world.up.addAll(List.of("b", "c"));
    run.seconds(5);
    run.restart().seconds(120);
    assertThat(run.told(Action.ZoneLost.class)).isEmpty();
    assertThat(run.role("a")).isEqualTo(Role.Standby);
  }

  @Test
  void anEmptyStatusIsAFreshStart() {
    var restored = FleetState.restore(0, List.of(), List.of(), java.util.Set.of());
    assertThat(restored).isEqualTo(FleetState.EMPTY);
  }

  @Test
  void aRefusedDrainIsNotToldAgain() {
    var run = Run.settled("a");
    run.drained("a").looks(3);
    run.actions.clear();
    run.restart().looks(3);
    assertThat(run.actions).isEmpty();
  }

  private static Failback manual() {
    return new Failback(Failback.Mode.Manual, 5, 5);
  }
}
