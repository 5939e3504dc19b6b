package io.zonefleet.operator.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.operator.traffic.TrafficPlan.Endpoint;
import io.zonefleet.operator.zones.Failback;
import io.zonefleet.operator.zones.FleetPolicy;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.Policy;
import io.zonefleet.operator.zones.Role;
import io.zonefleet.operator.zones.ZoneSpec;
import io.zonefleet.operator.zones.ZoneState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every plan, whatever was decided and whichever pods there are. */
class TrafficPlanProperties {
  private static final Instant NOW = Instant.EPOCH.plusSeconds(1_000);

  /** A decision and the pods it met; neither need know of the other's zones. */
  record Case(FleetPolicy policy, FleetState state, List<Endpoint> pods) {
    TrafficPlan plan() {
      return TrafficPlan.of(
          new FleetKey("models", "chat"), policy, state, NOW, pods, GatewaySettings.DEFAULT);
    }
  }

  @Property
  void everyPodIsInThePlanOnce(@ForAll("cases") Case given) {
    var planned = given.plan().zones().stream().flatMap(z -> z.endpoints().stream()).toList();
    assertThat(planned.stream().map(Endpoint::address))
        .containsExactlyInAnyOrderElementsOf(given.pods().stream().map(Endpoint::address).toList());
    assertThat(given.plan().zones())
        .allSatisfy(z -> assertThat(z.endpoints()).allMatch(e -> e.zone().equals(z.name())));
  }

  @Property
  void somePodTakesRequestsWhileAnyExists(@ForAll("cases") Case given) {
    var open = given.plan().zones().stream().flatMap(z -> z.endpoints().stream());
    assertThat(given.pods().isEmpty() || open.anyMatch(e -> !e.draining())).isTrue();
  }

  /** Envoy refuses gaps, and weights of one priority whose sum exceeds 32 bits. */
  @Property
  void prioritiesHaveNoGapsAndWeightsAreInBounds(@ForAll("cases") Case given) {
    var zones = given.plan().zones();
    for (int i = 0; i < zones.size(); i++) {
      int before = i == 0 ? -1 : zones.get(i - 1).priority();
      assertThat(zones.get(i).priority() - before).isBetween(i == 0 ? 1 : 0, 1);
      assertThat(zones.get(i).weight()).isPositive();
    }
    assertThat(zones.stream().mapToLong(TrafficPlan.Zone::weight).sum()).isLessThan(4_294_967_296L);
  }

  @Property
  void whatServesComesBeforeWhatDoesNot(@ForAll("cases") Case given) {
    var zones = given.plan().zones();
    for (int i = 1; i < zones.size(); i++) {
      if (serves(given, zones.get(i).name())) {
        assertThat(serves(given, zones.get(i - 1).name())).isTrue();
      }
    }
  }

  @Property
  void standbyZonesNeverShareAPriority(@ForAll("cases") Case given) {
    if (given.policy().policy() == Policy.ActiveStandby) {
      assertThat(given.plan().zones())
          .extracting(TrafficPlan.Zone::priority)
          .doesNotHaveDuplicates();
    }
  }

  private static boolean serves(Case given, String zone) {
    var spec = given.policy().zones().stream().filter(z -> z.name().equals(zone)).findFirst();
    boolean share =
        given.policy().policy() == Policy.ActiveStandby
            || spec.filter(z -> z.weight() > 0).isPresent();
    return spec.isPresent()
        && share
        && given.state().zone(zone).filter(ZoneState::serving).isPresent();
  }

  @Provide
  Arbitrary<Case> cases() {
    var names = Arbitraries.of("a", "b", "c", "d");
    var specs =
        Combinators.combine(names, Arbitraries.integers().between(0, 1_000))
            .as((name, weight) -> new ZoneSpec(name, 1, weight))
            .list()
            .uniqueElements(ZoneSpec::name)
            .ofMinSize(1);
    var states =
        Combinators.combine(names, Arbitraries.of(Role.values()), Arbitraries.of(true, false))
            .as(TrafficPlanProperties::state)
            .list()
            .uniqueElements(ZoneState::name);
    var pods =
        Combinators.combine(
                names, Arbitraries.integers().between(1, 250), Arbitraries.of(true, false))
            .as((zone, n, drains) -> new Endpoint(zone, "10.0.0." + n, 8080, drains))
            .list()
            .uniqueElements(Endpoint::address)
            .ofMaxSize(12);
    return Combinators.combine(
            specs, states, pods, Arbitraries.of(Policy.values()), Arbitraries.of("", "no zone"))
        .as(
            (z, s, p, policy, degraded) ->
                new Case(
                    new FleetPolicy(
                        z, policy, new Failback(Failback.Mode.Automatic, 30, 30), List.of()),
                    new FleetState(
                        1, s, List.of(), Optional.of(degraded).filter(d -> !d.isEmpty()), Map.of()),
                    p));
  }

  private static ZoneState state(String name, Role role, boolean suspectServes) {
    boolean serves = role == Role.Active || role == Role.Suspect && suspectServes;
    return new ZoneState(
        name,
        role,
        NOW,
        "test",
        serves ? 1 : 0,
        true,
        serves,
        serves ? Optional.of(NOW) : Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
