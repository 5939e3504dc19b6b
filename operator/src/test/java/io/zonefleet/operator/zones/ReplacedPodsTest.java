package io.zonefleet.operator.zones;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Given a zone whose only pod is replaced: by a new template, an eviction, or a person. */
class ReplacedPodsTest {
  private final Run run = Run.settled("a", "b", "c");

  private void deleted(String zone) {
    run.world.leaving.add(zone);
  }

  private void made(String zone) {
    run.world.leaving.remove(zone);
    run.world.up.remove(zone);
    run.world.starting.add(zone);
  }

  private void ready(String zone) {
    run.world.starting.remove(zone);
    run.world.up.add(zone);
  }

  @Test
  void trafficMovesBeforeThePodEndsAndNothingIsLost() {
    long epoch = run.epoch();
    deleted("a");
    run.look();
    assertThat(run.role("a")).isEqualTo(Role.Drained);
    assertThat(run.reason("a")).isEqualTo(Drains.REPLACED);
    assertThat(run.serving()).containsExactly("b");
    assertThat(run.epoch()).isEqualTo(epoch + 1);

    run.world.noPod.add("a");
    run.seconds(5);
    run.world.noPod.remove("a");
    made("a");
    run.seconds(60);
    assertThat(run.role("a")).isEqualTo(Role.Drained);

    ready("a");
    run.look();
    assertThat(run.role("a")).isEqualTo(Role.Standby);
    assertThat(run.state.switches().getLast().cause()).isEqualTo(Switch.Cause.Drain);
    assertThat(run.state.switches().getLast().recoveredAt()).isPresent();
    run.seconds(29);
    assertThat(run.serving()).containsExactly("b");
    run.seconds(33);
    assertThat(run.serving()).containsExactly("a");
    assertThat(run.told(Action.ZoneLost.class)).isEmpty();
    assertThat(run.state.zone("a").orElseThrow().flaps()).isZero();
  }

  @Test
  void aNewPodServesOnceGatewaysKnowItThoughTheApiServerDoesNotYet() {
    deleted("a");
    run.look();
    made("a");
    run.seconds(5);
    run.world.up.add("a");
    run.looks(2);
    assertThat(run.role("a")).isEqualTo(Role.Standby);
    run.seconds(5);
    ready("a");
    run.seconds(5);
    assertThat(run.role("a")).isEqualTo(Role.Standby);
    assertThat(run.told(Action.ZoneDrained.class)).hasSize(1);
  }

  /** Their pods are new, too, and found ready by gateways first. */
  @Test
  void zonesThatGatewaysFindReadyFirstAreNotDrained() {
    var first = new Run(new World(List.of("a", "b", "c")));
    first.world.starting.addAll(first.world.zones);
    first.world.up.addAll(first.world.zones);
    first.seconds(3);
    assertThat(first.serving()).containsExactly("a");
    first.world.starting.clear();
    first.seconds(3);
    assertThat(first.told(Action.ZoneDrained.class)).isEmpty();
  }

  @Test
  void theZonesGatewaysStayInTheFrontService() {
    deleted("a");
    run.look();
    run.world.noPod.add("a");
    run.seconds(5);
    assertThat(run.state.gatewaysServe("a")).isTrue();
    run.world.noPod.remove("a");
    made("a");
    run.seconds(5);
    assertThat(run.state.gatewaysServe("a")).isTrue();
    ready("a");
    run.looks(4);
    assertThat(run.state.gatewaysServe("a")).isTrue();
  }

  @Test
  void aNewPodThatGatewaysDoNotKnowYetIsNoLoss() {
    deleted("a");
    run.look();
    made("a");
    run.seconds(5);
    run.world.zones.forEach(from -> run.world.partition(from, "a"));
    ready("a");
    run.seconds(10);
    assertThat(run.role("a")).isEqualTo(Role.Drained);
    run.world.zones.forEach(from -> run.world.join(from, "a"));
    run.look();
    assertThat(run.role("a")).isEqualTo(Role.Standby);
  }

  @Test
  void anActiveActiveZoneServesAgainAtOnce() {
    run.with(Policy.ActiveActive).looks(4);
    assertThat(run.serving()).containsExactlyInAnyOrder("a", "b", "c");
    deleted("b");
    run.look();
    assertThat(run.serving()).containsExactlyInAnyOrder("a", "c");
    made("b");
    run.seconds(5);
    ready("b");
    run.looks(2);
    assertThat(run.serving()).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(ZoneMachine.rampPercents(run.policy(), run.state, run.now)).containsEntry("b", 100);
  }

  @Test
  void theOnlyZoneKeepsItsTraffic() {
    var alone = Run.settled("a");
    alone.world.leaving.add("a");
    alone.seconds(1);
    assertThat(alone.serving()).containsExactly("a");
    alone.world.noPod.add("a");
    alone.seconds(10);
    assertThat(alone.serving()).containsExactly("a");
    assertThat(alone.told(Action.ZoneLost.class)).isEmpty();
    assertThat(alone.told(Action.DrainRefused.class)).isEmpty();
  }

  @Test
  void ofAllZonesAtOnceTheLastKeepsItsTraffic() {
    List.of("a", "b", "c").forEach(this::deleted);
    run.seconds(1);
    assertThat(run.serving()).hasSize(1);
  }

  @Test
  void newPodsThatBreakAreALoss() {
    deleted("a");
    run.look();
    made("a");
    run.seconds(5);
    run.world.starting.remove("a");
    run.seconds(5);
    assertThat(run.role("a")).isEqualTo(Role.Lost);
    assertThat(run.state.zone("a").orElseThrow().flaps()).isEqualTo(1);
  }

  @Test
  void aZoneThatGoesDarkMeanwhileIsLost() {
    deleted("a");
    run.look();
    made("a");
    run.world.cut.add("a");
    run.seconds(5);
    assertThat(run.role("a")).isEqualTo(Role.Lost);
    assertThat(run.state.gatewaysServe("a")).isFalse();
  }

  @Test
  void anOperatorThatRestartsMeanwhileKnowsWhy() {
    deleted("a");
    run.look();
    made("a");
    run.seconds(5);
    run.restart().seconds(5);
    assertThat(run.role("a")).isEqualTo(Role.Drained);
    ready("a");
    run.looks(2);
    assertThat(run.role("a")).isEqualTo(Role.Standby);
  }

  @Test
  void aPersonsDrainMeanwhileHoldsWhenThePodsAreBack() {
    deleted("a");
    run.look();
    made("a");
    run.drained("a").seconds(5);
    assertThat(run.reason("a")).isEqualTo("drained: work on the cooling");
    ready("a");
    run.seconds(5);
    assertThat(run.role("a")).isEqualTo(Role.Drained);
  }

  @Test
  void aPersonsDrainThatEndsMeanwhileMovesNothing() {
    deleted("a");
    run.look();
    made("a");
    run.drained("a").seconds(5);
    long epoch = run.epoch();
    run.drains().seconds(5);
    assertThat(run.role("a")).isEqualTo(Role.Drained);
    assertThat(run.reason("a")).isEqualTo(Drains.REPLACED);
    assertThat(run.epoch()).isEqualTo(epoch);
  }

  @Test
  void aPodThatStillAnswersServesWhereNobodyElseCan() {
    run.world.cut.add("c");
    run.seconds(5);
    deleted("b");
    run.look();
    run.zones("b", "c").looks(2);
    assertThat(run.serving()).containsExactly("b");
  }

  @Test
  void zonesThatStartUpAreNotDrained() {
    var fresh = new Run(new World(List.of("a", "b")));
    fresh.world.up.add("a");
    fresh.world.starting.add("b");
    fresh.seconds(30);
    assertThat(fresh.role("b")).isEqualTo(Role.Standby);
    assertThat(fresh.serving()).containsExactly("a");
  }
}
