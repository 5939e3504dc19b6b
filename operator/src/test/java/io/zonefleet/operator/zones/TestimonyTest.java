package io.zonefleet.operator.zones;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What witnesses are worth. */
class TestimonyTest {
  private static final Instant NOW = Instant.EPOCH;
  private static final FleetPolicy POLICY =
      new FleetPolicy(
          Stream.of("a", "b", "c").map(z -> new ZoneSpec(z, 1, 1)).toList(),
          Policy.ActiveStandby,
          Run.SOON,
          List.of());

  private static FleetState state(Role ofB) {
    return FleetState.restore(
        1,
        List.of(
            new FleetState.Kept("a", Role.Active, NOW, "serves", Optional.of(0)),
            new FleetState.Kept("b", ofB, NOW, "test", Optional.of(0)),
            new FleetState.Kept("c", Role.Standby, NOW, "test", Optional.of(0))),
        List.of(),
        java.util.Set.of("a"));
  }

  /** A gateway and the zones it sees healthy; all others fail. */
  private static GatewayReport gateway(String name, String zone, String healthy) {
    return new GatewayReport(
        name,
        zone,
        Map.of(
            "1", endpoint("a", healthy.contains("a")),
            "2", endpoint("b", healthy.contains("b")),
            "3", endpoint("c", healthy.contains("c"))),
        RequestCounters.NONE);
  }

  private static EndpointHealth endpoint(String zone, boolean healthy) {
    return new EndpointHealth(zone, healthy, !healthy, false, !healthy);
  }

  private static Testimony ofA(Role b, GatewayReport... gateways) {
    var seen =
        new Observation(
            NOW, List.of(gateways), List.of(new PodReport("p", "a", "1", true)), Map.of());
    return Testimony.ofAll(POLICY, state(b), seen).get("a");
  }

  @Test
  void manyGatewaysOfOneZoneHaveOneVote() {
    var said =
        ofA(
            Role.Standby,
            gateway("b1", "b", "bc"),
            gateway("b2", "b", "bc"),
            gateway("b3", "b", "bc"),
            gateway("c1", "c", "abc"));
    assertThat(said.dark()).containsExactly("b");
    assertThat(said.alive()).containsExactly("c");
    assertThat(said.isDark()).isFalse();
    assertThat(said.isDoubted()).isTrue();
  }

  @Test
  void gatewaysOfOneZoneThatDisagreeHaveSeenItAlive() {
    var said = ofA(Role.Standby, gateway("b1", "b", "bc"), gateway("b2", "b", "abc"));
    assertThat(said.dark()).isEmpty();
    assertThat(said.alive()).containsExactly("b");
  }

  @Test
  void theZonesOwnGatewayTestifiesThatItIsAliveButNotThatItIsDark() {
    assertThat(ofA(Role.Standby, gateway("a1", "a", "a")).alive()).containsExactly("a");
    var dark = ofA(Role.Standby, gateway("a1", "a", "bc"), gateway("b1", "b", "bc"));
    assertThat(dark.dark()).containsExactly("b");
    assertThat(dark.isDark()).as("one witness of three zones").isFalse();
  }

  @Test
  void aGatewayThatDoesNotSeeItsOwnZoneMayBeTheOneThatIsCutOff() {
    var said = ofA(Role.Standby, gateway("b1", "b", "c"), gateway("c1", "c", "bc"));
    assertThat(said.dark()).containsExactly("c");
    assertThat(said.abstaining()).containsExactly("b");
    assertThat(said.inWords()).isEqualTo("no healthy pod seen from c; no testimony from b");
  }

  @Test
  void unlessItsZoneIsKnownToBeOut() {
    var said = ofA(Role.Lost, gateway("b1", "b", "c"), gateway("c1", "c", "bc"));
    assertThat(said.dark()).containsExactly("b", "c");
    assertThat(said.isDark()).isTrue();
  }

  @Test
  void whoSeesNothingAtAllIsNotBelieved() {
    var said = ofA(Role.Lost, gateway("b1", "b", ""), gateway("c1", "c", ""));
    assertThat(said.isDark()).isFalse();
    assertThat(said.inWords()).isEqualTo("no gateway can testify");
  }

  @Test
  void checksThatHaveNotEndedAreNoEvidence() {
    var fresh =
        new GatewayReport(
            "b1",
            "b",
            Map.of("1", new EndpointHealth("a", false, true, true, true), "2", endpoint("b", true)),
            RequestCounters.NONE);
    var said = ofA(Role.Standby, fresh, gateway("c1", "c", "bc"));
    assertThat(said.dark()).containsExactly("c");
  }

  @Test
  void aZoneRefusesWhenAllItsPodsAnswerThatTheyCannotServe() {
    assertThat(ofA(Role.Standby, gateway("b1", "b", "bc"), gateway("c1", "c", "bc")).refused())
        .as("no answer is no refusal")
        .isFalse();
    assertThat(ofA(Role.Standby, refusedBy("b"), refusedBy("c")).refused()).isTrue();
    assertThat(ofA(Role.Standby, refusedBy("b"), gateway("c1", "c", "bc")).refused())
        .as("one who had no answer may be right")
        .isFalse();
  }

  private static GatewayReport refusedBy(String zone) {
    return new GatewayReport(
        zone + 1,
        zone,
        Map.of(
            "1", new EndpointHealth("a", false, true, false, false),
            "2", endpoint("b", true),
            "3", endpoint("c", true)),
        RequestCounters.NONE);
  }

  @Test
  void withoutAGatewayTheApiServerIsHeard() {
    assertThat(ofA(Role.Standby).isAlive()).isTrue();
    var empty = new Observation(NOW, List.of(), List.of(), Map.of());
    assertThat(Testimony.ofAll(POLICY, state(Role.Standby), empty).get("a").isDark()).isTrue();
  }

  @Test
  void whereClientsReachPodsDirectlyTheApiServerAloneIsHeard() {
    var dark = gateway("b1", "b", "b");
    var said = direct(true, new NodeReport(1, 1), dark, gateway("c1", "c", "c"));
    assertThat(said.isAlive()).isTrue();
    assertThat(said.isDoubted()).isFalse();
    assertThat(direct(false, new NodeReport(1, 1), gateway("b1", "b", "abc")).isDark()).isTrue();
    assertThat(direct(true, new NodeReport(0, 2)).isDark())
        .as("its pods are called ready for some seconds after its nodes are gone")
        .isTrue();
    assertThat(direct(true, new NodeReport(1, 2)).isAlive()).isTrue();
  }

  private static Testimony direct(boolean ready, NodeReport nodes, GatewayReport... gateways) {
    var seen =
        new Observation(
            NOW,
            List.of(gateways),
            List.of(new PodReport("p", "a", "1", ready)),
            Map.of("a", nodes),
            true);
    return Testimony.ofAll(POLICY, state(Role.Standby), seen).get("a");
  }

  @Test
  void gatewaysThatDoNotAnswerSayNothing() {
    var said =
        ofA(
            Role.Standby,
            GatewayReport.unreachable("a1", "a"),
            GatewayReport.unreachable("b1", "b"));
    assertThat(said.isAlive()).isFalse();
    assertThat(said.isDark()).isFalse();
    assertThat(said.answering()).isFalse();
  }
}
