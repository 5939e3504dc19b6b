package io.zonefleet.operator.traffic;

import static io.zonefleet.operator.traffic.GatewayFixture.FLEET;
import static io.zonefleet.operator.traffic.GatewayFixture.plan;
import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.operator.traffic.TrafficPlan.Endpoint;
import io.zonefleet.operator.zones.Failback;
import io.zonefleet.operator.zones.FleetPolicy;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.Locality;
import io.zonefleet.operator.zones.Policy;
import io.zonefleet.operator.zones.Role;
import io.zonefleet.operator.zones.ZoneSpec;
import io.zonefleet.operator.zones.ZoneState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** From the decision in force to priorities and weights. */
class TrafficPlanTest {
  private static final ZoneSpec A = new ZoneSpec("a", 1, 1);
  private static final ZoneSpec B = new ZoneSpec("b", 1, 1);
  private static final ZoneSpec C = new ZoneSpec("c", 1, 1);
  private static final List<Endpoint> ONE_EACH = List.of(pod("a", 1), pod("b", 1), pod("c", 1));

  @Test
  void activeZoneFirstThenTheOthersInTheUsersOrder() {
    var plan = plan(Policy.ActiveStandby, ONE_EACH, Map.of("b", Role.Active), A, B, C);
    assertThat(order(plan)).containsExactly("b=0", "a=1", "c=2");
  }

  @Test
  void doubtfulLostAndDrainedZonesComeLastInThatOrder() {
    var roles = Map.of("a", Role.Drained, "b", Role.Lost, "c", Role.Returning, "d", Role.Active);
    var pods = List.of(pod("a", 1), pod("b", 1), pod("c", 1), pod("d", 1));
    var plan = plan(Policy.ActiveStandby, pods, roles, A, B, C, new ZoneSpec("d", 1, 1));
    assertThat(order(plan)).containsExactly("d=0", "c=1", "b=2", "a=3");
  }

  @Test
  void suspectZoneKeepsServing() {
    var plan = plan(Policy.ActiveStandby, ONE_EACH, Map.of("a", Role.Suspect), A, B, C);
    assertThat(order(plan)).containsExactly("a=0", "b=1", "c=2");
  }

  @Test
  void standbyBeforeAnythingWasDecided() {
    assertThat(order(plan(Policy.ActiveStandby, ONE_EACH, Map.of(), A, B, C)))
        .containsExactly("a=0", "b=1", "c=2");
  }

  @Test
  void activeZonesShareByWeightAndPods() {
    var pods = List.of(pod("a", 1), pod("a", 2), pod("b", 1));
    var roles = Map.of("a", Role.Active, "b", Role.Active);
    var plan = plan(Policy.ActiveActive, pods, roles, A, new ZoneSpec("b", 1, 3));
    assertThat(order(plan)).containsExactly("a=0", "b=0");
    assertThat(weights(plan)).isEqualTo(Map.of("a", 200, "b", 300));
  }

  @Test
  void zoneOfWeightZeroOnlyStandsBy() {
    var roles = Map.of("a", Role.Active, "b", Role.Active, "c", Role.Active);
    var plan = plan(Policy.ActiveActive, ONE_EACH, roles, new ZoneSpec("a", 1, 0), B, C);
    assertThat(order(plan)).containsExactly("b=0", "c=0", "a=1");
  }

  @Test
  void returnedZoneGrowsBackInSteps() {
    var policy =
        new FleetPolicy(
            List.of(A, B),
            Policy.ActiveActive,
            new Failback(Failback.Mode.Automatic, 30, 30),
            List.of(),
            Locality.PreferSameZone,
            OptionalInt.empty());
    var since = Instant.EPOCH;
    var state =
        new FleetState(
            3,
            List.of(active("a", since, 1), active("b", since, 0)),
            List.of(),
            Optional.empty(),
            Map.of());
    for (var step : Map.of(0, 10, 14, 10, 15, 50, 29, 50, 30, 100).entrySet()) {
      var plan =
          TrafficPlan.of(
              FLEET,
              policy,
              state,
              since.plusSeconds(step.getKey()),
              ONE_EACH,
              GatewaySettings.DEFAULT);
      assertThat(weights(plan))
          .as("after %d s", step.getKey())
          .containsEntry("a", step.getValue())
          .containsEntry("b", 100);
      assertThat(plan.local())
          .as("who has all of its share again prefers itself")
          .isEqualTo(step.getValue() == 100 ? Set.of("a", "b") : Set.of("b"));
    }
  }

  @Test
  void podThatEndsTakesNothingNewAndCountsNoLonger() {
    var leaving = new Endpoint("a", "10.0.0.2", 8080, true);
    var roles = Map.of("a", Role.Active, "b", Role.Active);
    var plan = plan(Policy.ActiveActive, List.of(pod("a", 1), leaving, pod("b", 1)), roles, A, B);
    assertThat(plan.zones().getFirst().endpoints()).contains(leaving);
    assertThat(weights(plan)).isEqualTo(Map.of("a", 100, "b", 100));
  }

  @Test
  void allPodsEndAndTheOnesThatStillAnswerServe() {
    var ends = List.of(new Endpoint("a", "10.0.0.1", 8080, true));
    var plan = plan(Policy.ActiveStandby, ends, Map.of("a", Role.Active), A, B);
    assertThat(plan.zones().getFirst().endpoints()).noneMatch(Endpoint::draining);
  }

  @Test
  void zoneThatTheUserRemovedServesOnlyWhenNothingElseDoes() {
    var plan = plan(Policy.ActiveStandby, ONE_EACH, Map.of("c", Role.Active), B, C);
    assertThat(order(plan)).containsExactly("c=0", "b=1", "a=2");
  }

  @Test
  void podsThatGatewaysDoNotSeeTakeTheirShareWithThem() {
    var pods = List.of(pod("a", 1), pod("a", 2), pod("a", 3), pod("b", 1), pod("c", 1));
    // Envoy makes 93 % of a's weight when two of three are healthy, and 47 % when it is one
    assertThat(weights(sharing(Locality.None, pods, Map.of("a", 2, "b", 1))))
        .isEqualTo(Map.of("a", 214, "b", 100, "c", 100));
    assertThat(weights(sharing(Locality.None, pods, Map.of("a", 1, "b", 1))))
        .isEqualTo(Map.of("a", 214, "b", 100, "c", 100));
    assertThat(weights(sharing(Locality.None, pods, Map.of("a", 0, "b", 1))))
        .as("what nobody sees is counted whole: Envoy knows better")
        .isEqualTo(Map.of("a", 300, "b", 100, "c", 100));
  }

  @Test
  void gatewaysPreferTheirOwnZoneThenTheOthersByWeight() {
    var plan = sharing(Locality.PreferSameZone, ONE_EACH, Map.of());
    assertThat(order(plan)).containsExactly("a=0", "b=0", "c=1");
    assertThat(order(plan.from("b"))).containsExactly("b=0", "a=1", "c=2");
    assertThat(order(plan.from("c"))).as("c stands by").isEqualTo(order(plan));
    assertThat(order(plan.from("elsewhere"))).isEqualTo(order(plan));
  }

  @Test
  void aZoneThatServesAloneIsEverybodysFirst() {
    var plan = sharing(Locality.PreferSameZone, List.of(pod("a", 1), pod("c", 1)), Map.of());
    assertThat(order(plan.from("a"))).containsExactly("a=0", "c=1");
  }

  /** Zones a and b serve and c is drained. */
  private static TrafficPlan sharing(
      Locality locality, List<Endpoint> pods, Map<String, Integer> admitted) {
    var policy =
        new FleetPolicy(
            List.of(A, B, C),
            Policy.ActiveActive,
            new Failback(Failback.Mode.Automatic, 30, 30),
            List.of(),
            locality,
            OptionalInt.empty());
    var state =
        new FleetState(
            3,
            List.of(active("a", Instant.EPOCH, 0), active("b", Instant.EPOCH, 0)),
            List.of(),
            Optional.empty(),
            Map.of());
    return TrafficPlan.of(
        FLEET, policy, state, Instant.EPOCH, pods, admitted, GatewaySettings.DEFAULT);
  }

  @Test
  void samePodsInAnyOrderMakeTheSamePlan() {
    assertThat(plan(Policy.ActiveStandby, ONE_EACH.reversed(), Map.of(), A, B, C))
        .isEqualTo(plan(Policy.ActiveStandby, ONE_EACH, Map.of(), A, B, C));
  }

  private static ZoneState active(String name, Instant since, int flaps) {
    return new ZoneState(
        name,
        Role.Active,
        since,
        "test",
        flaps,
        true,
        true,
        Optional.of(since),
        Optional.empty(),
        Optional.empty());
  }

  private static Endpoint pod(String zone, int number) {
    return new Endpoint(zone, "10.0." + (zone.charAt(0) - 'a') + "." + number, 8080, false);
  }

  private static List<String> order(TrafficPlan plan) {
    return plan.zones().stream().map(z -> z.name() + "=" + z.priority()).toList();
  }

  private static Map<String, Integer> weights(TrafficPlan plan) {
    return plan.zones().stream()
        .collect(Collectors.toMap(TrafficPlan.Zone::name, TrafficPlan.Zone::weight));
  }
}
