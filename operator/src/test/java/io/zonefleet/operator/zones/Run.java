package io.zonefleet.operator.zones;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** An operator that looks at a {@link World} again and again; time passes only here. */
final class Run {
  static final Duration LOOK = Duration.ofMillis(250);
  static final Failback SOON = new Failback(Failback.Mode.Automatic, 30, 30);

  final World world;
  final List<Action> actions = new ArrayList<>();
  Duration between = LOOK;
  Instant now = Instant.parse("2026-01-01T00:00:00.007Z");
  FleetState state = FleetState.EMPTY;
  private Policy policy = Policy.ActiveStandby;
  private Failback failback = SOON;
  private Duration evacuationInterval = FleetPolicy.EVACUATION_INTERVAL;
  private List<Drain> drains = List.of();
  private List<String> zones;

  Run(World world) {
    this.world = world;
    this.zones = world.zones;
  }

  /** A fleet that has been up for an hour. */
  static Run settled(String... zones) {
    return new Run(World.healthy(zones)).settle();
  }

  Run settle() {
    looks(4);
    now = now.plus(Duration.ofHours(1));
    looks(2);
    actions.clear();
    return this;
  }

  Run with(Policy wanted) {
    policy = wanted;
    return this;
  }

  Run with(Failback wanted) {
    failback = wanted;
    return this;
  }

  Run evacuatesEvery(Duration wanted) {
    evacuationInterval = wanted;
    return this;
  }

  Run drains(Drain... wanted) {
    drains = List.of(wanted);
    return this;
  }

  Run drained(String zone) {
    return drains(new Drain(zone, "work on the cooling", java.util.Optional.empty()));
  }

  Run zones(String... wanted) {
    zones = List.of(wanted);
    return this;
  }

  FleetPolicy policy() {
    return new FleetPolicy(
        zones.stream().map(z -> new ZoneSpec(z, 1, 1)).toList(),
        policy,
        failback,
        drains,
        Locality.None,
        OptionalInt.empty(),
        evacuationInterval);
  }

  Decision look() {
    var decision = ZoneMachine.decide(policy(), state, world.look(now));
    state = decision.state();
    actions.addAll(decision.actions());
    now = now.plus(between);
    return decision;
  }

  Run looks(int count) {
    for (int i = 0; i < count; i++) {
      look();
    }
    return this;
  }

  Run lasts(Duration time) {
    var end = now.plus(time);
    while (now.isBefore(end)) {
      look();
    }
    return this;
  }

  Run seconds(long seconds) {
    return lasts(Duration.ofSeconds(seconds));
  }

  /** The operator ends and another begins, from what status keeps. */
  Run restart() {
    state = kept(state);
    return this;
  }

  /** What is left of a state that went through status. */
  static FleetState kept(FleetState state) {
    return FleetState.restore(
        state.epoch(),
        state.zones().stream()
            .map(
                z ->
                    new FleetState.Kept(
                        z.name(),
                        z.role(),
                        z.since(),
                        z.reason(),
                        z.started()
                            ? java.util.Optional.of(z.flaps())
                            : java.util.Optional.empty()))
            .toList(),
        state.switches(),
        serving(state));
  }

  Role role(String zone) {
    return state.zone(zone).orElseThrow().role();
  }

  String reason(String zone) {
    return state.zone(zone).orElseThrow().reason();
  }

  Set<String> serving() {
    return serving(state);
  }

  static Set<String> serving(FleetState state) {
    return state.zones().stream()
        .filter(ZoneState::serving)
        .map(ZoneState::name)
        .collect(Collectors.toSet());
  }

  long epoch() {
    return state.epoch();
  }

  <T extends Action> List<T> told(Class<T> kind) {
    return actions.stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /** Looks until the zone has the role, and says how long that took. */
  Duration until(String zone, Role role, Duration atMost) {
    var begun = now;
    while (role(zone) != role) {
      assertThat(Duration.between(begun, now))
          .as("%s is %s (%s) and should become %s", zone, role(zone), reason(zone), role)
          .isLessThanOrEqualTo(atMost);
      look();
    }
    return Duration.between(begun, now);
  }

  HashMap<String, Integer> ramps() {
    return new HashMap<>(ZoneMachine.rampPercents(policy(), state, now));
  }
}
