package io.zonefleet.operator.zones;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Given a fleet that serves, when something breaks, then who is lost, and where traffic goes. */
class LossTest {
  private static final Duration SOON = Duration.ofSeconds(3);

  @Test
  void aZoneThatGoesDarkIsLostAndTheNextOneServes() {
    var run = Run.settled("a", "b", "c");
    long epoch = run.epoch();
    run.world.cut.add("a");

    var took = run.until("a", Role.Lost, SOON);

    assertThat(took).isLessThanOrEqualTo(Duration.ofSeconds(1));
    assertThat(run.serving()).containsExactly("b");
    assertThat(run.epoch()).isEqualTo(epoch + 1);
    assertThat(run.told(Action.ZoneLost.class)).hasSize(1);
    var move = run.told(Action.ZoneSwitched.class).getFirst().move();
    assertThat(move.from()).isEqualTo("a");
    assertThat(move.to()).isEqualTo("b");
    assertThat(move.cause()).isEqualTo(Switch.Cause.ZoneLost);
    assertThat(move.millis()).isEqualTo(500);
    assertThat(run.reason("a")).contains("no healthy pod seen from b, c");
    assertThat(run.seconds(60).epoch()).as("and that is all").isEqualTo(epoch + 1);
  }

  @Test
  void itsGatewaysLeaveTheServiceAtTheFirstDarkLook() {
    var run = Run.settled("a", "b", "c");
    run.world.cut.add("a");
    run.look();

    assertThat(run.role("a")).isEqualTo(Role.Suspect);
    assertThat(run.serving()).containsExactly("a");
    assertThat(run.state.gatewaysServe("a")).isFalse();
    assertThat(run.state.gatewaysServe("b")).isTrue();
  }

  @Test
  void theFrontServiceIsNeverEmpty() {
    var run = Run.settled("a", "b");
    run.world.cut.add("b");
    run.until("b", Role.Lost, SOON);
    run.world.healAll();
    run.seconds(2);
    assertThat(run.role("b")).isEqualTo(Role.Returning);
    run.world.cut.add("a");
    run.look();
    assertThat(run.state.gatewaysServe("a")).isFalse();
    assertThat(run.state.gatewaysServe("b")).as("held down, but better than none").isTrue();
  }

  @Test
  void theOnlyZoneLeftServesThoughGatewaysOfRemovedZonesDoNotSeeIt() {
    var run = Run.settled("a", "b", "c");
    run.world.partition("a", "c");
    run.world.partition("b", "c");
    run.until("c", Role.Lost, Duration.ofSeconds(5));

    run.zones("c").look();

    assertThat(run.serving()).as("its own gateways see it").containsExactly("c");
    assertThat(run.told(Action.ZoneSwitched.class).getLast().move().cause())
        .isEqualTo(Switch.Cause.ZoneRemoved);
    assertThat(run.seconds(60).serving()).containsExactly("c");
  }

  @Test
  void aStandbyZoneThatGoesDarkMovesNoTraffic() {
    var run = Run.settled("a", "b", "c");
    run.world.cut.add("b");
    run.until("b", Role.Lost, SOON);

    assertThat(run.serving()).containsExactly("a");
    assertThat(run.state.switches()).isEmpty();
  }

  @Test
  void twoOfTwoZonesNeedOneWitness() {
    var run = Run.settled("a", "b");
    run.world.cut.add("a");
    run.until("a", Role.Lost, SOON);
    assertThat(run.serving()).containsExactly("b");
  }

  @Test
  void oneGatewaysDoubtIsNoLoss() {
    var run = Run.settled("a", "b", "c");
    long epoch = run.epoch();
    run.world.partition("b", "a");

    run.seconds(120);

    assertThat(run.role("a")).isEqualTo(Role.Suspect);
    assertThat(run.reason("a")).isEqualTo("no healthy pod seen from b; seen healthy from a, c");
    assertThat(run.serving()).containsExactly("a");
    assertThat(run.state.gatewaysServe("a")).isTrue();
    assertThat(run.epoch()).isEqualTo(epoch);

    run.world.join("b", "a");
    run.look();
    assertThat(run.role("a")).isEqualTo(Role.Active);
    assertThat(run.epoch()).isEqualTo(epoch);
  }

  @Test
  void theZonesOwnGatewayIsHeardWhereTwoDisagree() {
    var run = Run.settled("a", "b");
    run.world.partition("a", "b");
    run.world.partition("b", "a");

    run.seconds(120);

    assertThat(run.told(Action.ZoneLost.class)).isEmpty();
    assertThat(run.serving()).containsExactly("a");
  }

  @Test
  void twoWitnessesOutvoteTheZonesOwnButNotInAHurry() {
    var run = Run.settled("a", "b", "c");
    run.world.partition("b", "a");
    run.world.partition("c", "a");

    assertThat(run.until("a", Role.Lost, Duration.ofSeconds(5)))
        .isGreaterThanOrEqualTo(Draft.CONFIRM_DISPUTED);
    assertThat(run.serving()).containsExactly("b");
  }

  @Test
  void aZoneThatIsCutOffByItselfDoesNotCondemnTheOthers() {
    // the operator is in it, and hears only its gateways
    var run = Run.settled("a", "b", "c");
    run.world.cut.addAll(List.of("b", "c"));
    run.seconds(10);
    assertThat(run.told(Action.ZoneLost.class)).isEmpty();

    run.world.nodesDown.addAll(List.of("b", "c"));
    run.seconds(3);
    assertThat(run.told(Action.ZoneLost.class)).as("the API server agrees").hasSize(2);
    assertThat(run.serving()).containsExactly("a");
  }

  @Test
  void aZoneWithoutAPodOrAnAnswerIsLost() {
    var run = Run.settled("a", "b", "c");
    run.world.noPod.add("a");
    run.world.late.add("a");
    run.until("a", Role.Lost, Duration.ofSeconds(4));
    assertThat(run.reason("a")).isEqualTo("no ready pod is left there");
    assertThat(run.serving()).containsExactly("b");
  }

  @Test
  void theOnlyZoneIsNeverLost() {
    var run = Run.settled("a");
    long epoch = run.epoch();
    run.world.cut.add("a");
    run.seconds(60);
    assertThat(run.serving()).containsExactly("a");
    assertThat(run.epoch()).isEqualTo(epoch);
    assertThat(run.told(Action.Degraded.class)).hasSize(1);
  }

  @Test
  void whenAllGoesDarkTheObserverIsSuspectedAndTrafficStays() {
    var run = Run.settled("a", "b", "c");
    long epoch = run.epoch();
    run.world.up.clear();
    run.seconds(60);

    assertThat(run.serving()).containsExactly("a");
    assertThat(run.epoch()).isEqualTo(epoch);
    assertThat(run.told(Action.Degraded.class)).hasSize(1);
    assertThat(run.state.degraded()).isPresent();
    assertThat(run.world.zones).allMatch(run.state::gatewaysServe);

    run.world.healAll();
    run.seconds(1);
    assertThat(run.state.degraded()).isEmpty();
    assertThat(run.role("a")).isEqualTo(Role.Active);
    assertThat(run.epoch()).isEqualTo(epoch);
  }

  @Test
  void anOperatorThatHearsNobodyForAMomentSaysNothing() {
    var run = Run.settled("a", "b", "c");
    run.world.cut.add("a");
    run.until("a", Role.Lost, SOON);
    run.actions.clear();

    run.restart();
    run.world.late.addAll(run.world.zones);
    run.looks(3);

    assertThat(run.actions).isEmpty();
    assertThat(run.state.degraded()).isEmpty();
    assertThat(run.state.gatewaysServe("a")).as("the lost zone stays out").isFalse();
    assertThat(run.state.gatewaysServe("b")).isTrue();
  }

  @Test
  void theLastZoneKeepsTrafficWhenTheOthersAreLost() {
    var run = Run.settled("a", "b", "c");
    run.world.cut.add("a");
    run.seconds(90);
    run.world.cut.add("b");
    run.world.nodesDown.add("b");
    run.seconds(90);
    assertThat(run.serving()).containsExactly("c");
    run.world.up.remove("c");
    run.seconds(10);
    assertThat(run.serving()).containsExactly("c");
    assertThat(run.state.degraded()).isPresent();
  }

  @Test
  void evacuationsAreAMinuteApart() {
    var run = bDarkAfterA(Run.settled("a", "b", "c"));
    run.seconds(55);

    assertThat(run.role("b")).isEqualTo(Role.Suspect);
    assertThat(run.reason("b")).contains("at most one evacuation in 60 s");
    assertThat(run.state.gatewaysServe("b")).isFalse();
    run.seconds(10);
    assertThat(run.serving()).containsExactly("c");
  }

  @Test
  void evacuationsAreAsFarApartAsWasAskedForWhateverTheHoldDown() {
    var run = bDarkAfterA(Run.settled("a", "b", "c").evacuatesEvery(Duration.ofSeconds(10)));
    run.seconds(7);

    assertThat(run.role("b")).isEqualTo(Role.Suspect);
    run.seconds(8);
    assertThat(run.serving()).containsExactly("c");
  }

  private static Run bDarkAfterA(Run run) {
    run.world.cut.add("a");
    run.until("a", Role.Lost, SOON);
    run.world.cut.add("b");
    run.world.nodesDown.add("b");
    return run;
  }

  @Test
  void aSlowOperatorDoesNotActOnOneStaleLook() {
    var run = Run.settled("a", "b", "c");
    long epoch = run.epoch();
    run.between = Duration.ofSeconds(5);
    // a breath is seen at one look, and again at the next, for the reports come late
    run.world.cut.add("a");
    run.looks(2);
    run.world.healAll();
    run.looks(10);
    assertThat(run.epoch()).isEqualTo(epoch);
    assertThat(run.told(Action.ZoneLost.class)).isEmpty();
  }

  @Test
  void aSlowOperatorFindsALossAllTheSame() {
    var run = Run.settled("a", "b", "c");
    run.between = Duration.ofSeconds(5);
    run.world.cut.add("a");
    run.looks(3);
    assertThat(run.role("a")).isEqualTo(Role.Lost);
  }

  @Test
  void gatewaysThatAnswerLateAreNoLoss() {
    var run = Run.settled("a", "b", "c");
    long epoch = run.epoch();
    run.world.late.add("a");
    run.seconds(60);
    run.world.late.add("b");
    run.seconds(60);
    assertThat(run.epoch()).isEqualTo(epoch);
    assertThat(run.actions).isEmpty();
  }

  @Test
  void failuresAreCountedFromTheFirstDoubtOfEachSwitch() {
    var run = Run.settled("a", "b", "c");
    run.world.failures.put("b", 5L);
    run.looks(2);
    run.world.cut.add("a");
    run.world.failures.put("b", 7L);
    run.until("a", Role.Lost, SOON);
    assertThat(run.state.switches().getLast().failedRequests()).isEqualTo(2);

    // much later, with a still away
    run.seconds(60);
    run.world.failures.put("c", 100L);
    run.seconds(60);
    run.world.cut.add("b");
    run.world.nodesDown.add("b");
    run.world.failures.put("c", 103L);
    run.until("b", Role.Lost, SOON);
    assertThat(run.state.switches().getLast().failedRequests()).isEqualTo(3);
  }
}
