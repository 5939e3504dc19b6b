package io.zonefleet.operator.zones;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Given a lost zone, how many pods the others are given, and until when. */
class SurgeTest {
  private static final Instant NOW = Instant.parse("2026-11-25T10:00:00Z");
  private static final OptionalInt UP_TO_10 = OptionalInt.of(10);

  @Test
  void withoutASurgeALossChangesNothing() {
    assertThat(replicas(Policy.ActiveActive, OptionalInt.empty(), lost("a", 4), active("b", 2)))
        .isEqualTo(Map.of("a", 4, "b", 2));
  }

  @Test
  void theZonesThatShareGetTheLostPodsByTheirShares() {
    assertThat(
            replicas(Policy.ActiveActive, UP_TO_10, lost("a", 3), active("b", 4), active("c", 2)))
        .isEqualTo(Map.of("a", 3, "b", 6, "c", 3));
  }

  @Test
  void noZoneGetsMoreThanItsBoundOrFewerThanItAsksFor() {
    assertThat(
            replicas(
                Policy.ActiveActive,
                OptionalInt.of(5),
                lost("a", 9),
                active("b", 4),
                active("c", 8)))
        .isEqualTo(Map.of("a", 9, "b", 5, "c", 8));
  }

  @Test
  void aStandbyGrowsToTheZoneThatItStandsInFor() {
    assertThat(
            replicas(Policy.ActiveStandby, UP_TO_10, lost("a", 4), active("b", 1), standby("c", 1)))
        .isEqualTo(Map.of("a", 4, "b", 4, "c", 1));
  }

  @Test
  void aLostStandbyIsMissedByNobody() {
    assertThat(replicas(Policy.ActiveStandby, UP_TO_10, active("a", 2), lost("b", 8)))
        .isEqualTo(Map.of("a", 2, "b", 8));
  }

  @Test
  void aDrainIsNoLoss() {
    assertThat(
            replicas(
                Policy.ActiveActive, UP_TO_10, zone("a", 4, Role.Drained, 0, NOW), active("b", 2)))
        .isEqualTo(Map.of("a", 4, "b", 2));
  }

  /** From the loss until the zone has all of its share again. */
  @Test
  void whatWasGivenIsTakenBackWhenTheZoneHasItsTrafficAgain() {
    var run = new Run(World.healthy("a", "b", "c")).with(Policy.ActiveActive).settle();
    assertThat(surge(run)).isEqualTo(Map.of("a", 1, "b", 1, "c", 1));
    run.world.cut.add("a");
    run.until("a", Role.Lost, Duration.ofSeconds(5));
    assertThat(surge(run)).isEqualTo(Map.of("a", 1, "b", 2, "c", 2));
    run.restart();
    assertThat(surge(run)).as("a new leader").isEqualTo(Map.of("a", 1, "b", 2, "c", 2));

    run.world.healAll();
    run.until("a", Role.Returning, Duration.ofSeconds(5));
    assertThat(surge(run)).containsEntry("b", 2);
    run.until("a", Role.Active, Duration.ofSeconds(31));
    assertThat(surge(run)).as("a's share grows back").containsEntry("b", 2);
    run.seconds(31);
    assertThat(surge(run)).isEqualTo(Map.of("a", 1, "b", 1, "c", 1));
  }

  @Test
  void withManualFailbackTheStandInGoesOn() {
    var run = Run.settled("a", "b").with(new Failback(Failback.Mode.Manual, 1, 0));
    run.world.cut.add("a");
    run.until("a", Role.Lost, Duration.ofSeconds(5));
    run.world.healAll();
    run.until("a", Role.Standby, Duration.ofSeconds(5));
    assertThat(Surge.replicas(standbyPolicy(run), run.state, run.now))
        .as("b serves, and a waits for a person")
        .isEqualTo(Map.of("a", 3, "b", 3));
  }

  private static FleetPolicy standbyPolicy(Run run) {
    return new FleetPolicy(
        List.of(new ZoneSpec("a", 3, 1), new ZoneSpec("b", 1, 1)),
        Policy.ActiveStandby,
        run.policy().failback(),
        List.of(),
        Locality.None,
        UP_TO_10);
  }

  private static Map<String, Integer> surge(Run run) {
    var policy =
        new FleetPolicy(
            run.policy().zones(),
            Policy.ActiveActive,
            run.policy().failback(),
            List.of(),
            Locality.None,
            UP_TO_10);
    return Surge.replicas(policy, run.state, run.now);
  }

  @Property
  void everyZoneHasWhatItAsksForAndNoneMoreThanTheBound(
      @ForAll("fleets") List<Given> fleet,
      @ForAll Policy policy,
      @ForAll @IntRange(min = 1, max = 30) int bound) {
    var replicas = replicas(policy, OptionalInt.of(bound), fleet.toArray(Given[]::new));
    for (var zone : fleet) {
      assertThat(replicas.get(zone.spec().name()))
          .isBetween(zone.spec().replicas(), Math.max(bound, zone.spec().replicas()));
    }
    boolean allWell =
        fleet.stream().allMatch(z -> z.state().flaps() == 0 && z.state().role() != Role.Lost);
    if (allWell) {
      fleet.forEach(z -> assertThat(replicas.get(z.spec().name())).isEqualTo(z.spec().replicas()));
    }
  }

  /** With room for it, no pod of a zone that shares gets more to do than before the loss. */
  @Property
  void theLostPodsAreAllMadeUpFor(@ForAll("fleets") List<Given> fleet) {
    var replicas =
        replicas(Policy.ActiveActive, OptionalInt.of(100_000), fleet.toArray(Given[]::new));
    var sharing =
        fleet.stream()
            .filter(z -> z.state().serving() && z.state().flaps() == 0)
            .filter(z -> z.spec().weight() > 0 && z.spec().replicas() > 0)
            .toList();
    int lost =
        fleet.stream()
            .filter(z -> z.state().role() == Role.Lost && z.spec().weight() > 0)
            .mapToInt(z -> z.spec().replicas())
            .sum();
    int given =
        sharing.stream().mapToInt(z -> replicas.get(z.spec().name()) - z.spec().replicas()).sum();
    assertThat(sharing.isEmpty() ? lost : given).isGreaterThanOrEqualTo(lost);
  }

  @Provide
  Arbitrary<List<Given>> fleets() {
    var zone =
        Combinators.combine(
                Arbitraries.integers().between(0, 9),
                Arbitraries.integers().between(0, 5),
                Arbitraries.of(Role.values()),
                Arbitraries.integers().between(0, 2))
            .as(
                (replicas, weight, role, flaps) ->
                    zone("x", replicas, weight, role, role == Role.Lost ? 1 : flaps, NOW));
    return zone.list()
        .ofMinSize(1)
        .ofMaxSize(6)
        .map(
            list ->
                IntStream.range(0, list.size()).mapToObj(i -> list.get(i).named("z" + i)).toList());
  }

  /** A zone as asked for and as decided. */
  record Given(ZoneSpec spec, ZoneState state) {
    Given named(String name) {
      return SurgeTest.zone(
          name, spec.replicas(), spec.weight(), state.role(), state.flaps(), state.since());
    }
  }

  private static Given active(String name, int replicas) {
    return zone(name, replicas, Role.Active, 0, NOW);
  }

  private static Given standby(String name, int replicas) {
    return zone(name, replicas, Role.Standby, 0, NOW);
  }

  private static Given lost(String name, int replicas) {
    return zone(name, replicas, Role.Lost, 1, NOW);
  }

  private static Given zone(String name, int replicas, Role role, int flaps, Instant since) {
    return zone(name, replicas, 1, role, flaps, since);
  }

  private static Given zone(
      String name, int replicas, int weight, Role role, int flaps, Instant since) {
    boolean serves = role == Role.Active;
    return new Given(
        new ZoneSpec(name, replicas, weight),
        new ZoneState(
            name,
            role,
            since,
            "test",
            flaps,
            true,
            serves,
            serves ? Optional.of(since) : Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  private static Map<String, Integer> replicas(Policy policy, OptionalInt bound, Given... zones) {
    return Surge.replicas(
        new FleetPolicy(
            List.of(zones).stream().map(Given::spec).toList(),
            policy,
            Run.SOON,
            List.of(),
            Locality.None,
            bound),
        new FleetState(
            3,
            List.of(zones).stream().map(Given::state).toList(),
            List.of(),
            Optional.empty(),
            Map.of()),
        NOW);
  }
}
