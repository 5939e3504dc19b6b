package io.zonefleet.operator.traffic;

import static io.zonefleet.operator.traffic.GatewayFixture.FLEET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.envoyproxy.controlplane.cache.Resources;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The discovery service as a gateway's stream meets it. */
class XdsServerTest {
  private static final String ENDPOINTS = Resources.V3.ENDPOINT_TYPE_URL;
  private static final String CLUSTERS = Resources.V3.CLUSTER_TYPE_URL;
  private static final FleetKey OTHER = new FleetKey("models", "other");

  private static final TestTrust TRUST = new TestTrust();

  private final XdsServer server = server(0);

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void portOpensOnlyWhenToldTo() {
    server.publish(plan(FLEET, "10.0.0.1"));
    assertThat(server.port()).isZero();
    server.start();
    assertThat(server.port()).isPositive();
  }

  @Test
  void gatewayGetsThePlanOfItsFleetAndEachChange() throws Exception {
    server.publish(plan(FLEET, "10.0.0.1"));
    server.publish(plan(OTHER, "10.9.9.9"));
    server.start();
    try (var gateway = new XdsStream(server.port(), FLEET, TRUST)) {
      gateway.ask(ENDPOINTS);
      var first = gateway.next();
      assertThat(addresses(first)).containsExactly("10.0.0.1");
      gateway.accept(first);
      server.publish(plan(OTHER, "10.9.9.8"));
      server.publish(plan(FLEET, "10.0.0.2"));
      assertThat(addresses(gateway.next())).containsExactly("10.0.0.2");
    }
  }

  @Test
  void samePlanIsNotSentTwiceAndHasTheSameVersionEverywhere() throws Exception {
    server.publish(plan(FLEET, "10.0.0.1"));
    server.start();
    try (var replica = server(0);
        var gateway = new XdsStream(server.port(), FLEET, TRUST)) {
      replica.publish(plan(FLEET, "10.0.0.1"));
      replica.start();
      gateway.ask(ENDPOINTS);
      var first = gateway.next();
      gateway.accept(first);
      server.publish(plan(FLEET, "10.0.0.1"));
      assertThat(gateway.nothing()).isTrue();
      try (var moved = new XdsStream(replica.port(), FLEET, TRUST)) {
        moved.ask(ENDPOINTS);
        assertThat(moved.next().getVersionInfo()).isEqualTo(first.getVersionInfo());
      }
    }
  }

  /** As Envoy does when the cluster that waits for these endpoints has changed on its disk. */
  @Test
  void gatewayThatAsksAgainIsAnsweredAgain() throws Exception {
    server.publish(plan(FLEET, "10.0.0.1"));
    server.start();
    try (var gateway = new XdsStream(server.port(), FLEET, TRUST)) {
      gateway.ask(ENDPOINTS);
      var first = gateway.next();
      gateway.accept(first);
      gateway.accept(first);
      var again = gateway.next();
      assertThat(again.getVersionInfo()).isEqualTo(first.getVersionInfo());
      gateway.accept(again);
      assertThat(gateway.nothing()).as("once").isTrue();
    }
  }

  @Test
  void podsThatChangeLeaveTheClusterAlone() throws Exception {
    server.publish(plan(FLEET, "10.0.0.1"));
    server.start();
    try (var gateway = new XdsStream(server.port(), FLEET, TRUST)) {
      gateway.ask(CLUSTERS);
      gateway.accept(gateway.next());
      server.publish(plan(FLEET, "10.0.0.2"));
      assertThat(gateway.nothing()).isTrue();
    }
  }

  @Test
  void gatewayOfAnUnknownFleetWaitsForItsPlan() throws Exception {
    server.start();
    try (var gateway = new XdsStream(server.port(), FLEET, TRUST)) {
      gateway.ask(ENDPOINTS);
      assertThat(gateway.nothing()).isTrue();
      server.publish(plan(FLEET, "10.0.0.1"));
      assertThat(addresses(gateway.next())).containsExactly("10.0.0.1");
    }
  }

  @Test
  void gatewaysOfALocalZoneHaveItFirstAndThoseOfOthersDoNot() throws Exception {
    server.publish(local("10.0.0.1"));
    server.start();
    try (var near = new XdsStream(server.port(), FLEET, "b", TRUST);
        var far = new XdsStream(server.port(), FLEET, "removed", TRUST)) {
      near.ask(ENDPOINTS);
      far.ask(ENDPOINTS);
      var first = near.next();
      assertThat(priorities(first)).containsExactly("b=0", "a=1");
      assertThat(priorities(far.next())).containsExactly("a=0", "b=0");
      near.accept(first);
      server.publish(local("10.0.0.2"));
      assertThat(priorities(near.next())).containsExactly("b=0", "a=1");
    }
  }

  private static TrafficPlan local(String address) {
    var zones =
        List.of("a", "b").stream()
            .map(
                zone ->
                    new TrafficPlan.Zone(
                        zone, 0, 1, List.of(new TrafficPlan.Endpoint(zone, address, 8080, false))))
            .toList();
    return new TrafficPlan(FLEET, zones, GatewaySettings.DEFAULT, Set.of("a", "b"));
  }

  private static List<String> priorities(DiscoveryResponse response) throws Exception {
    return response.getResources(0).unpack(ClusterLoadAssignment.class).getEndpointsList().stream()
        .map(l -> l.getLocality().getZone() + "=" + l.getPriority())
        .toList();
  }

  @Test
  void connectedGatewayKeepsServingWhenItsFleetIsForgotten() throws Exception {
    server.publish(plan(FLEET, "10.0.0.1"));
    server.start();
    try (var gateway = new XdsStream(server.port(), FLEET, TRUST)) {
      gateway.ask(ENDPOINTS);
      gateway.accept(gateway.next());
      server.forget(FLEET);
      assertThat(gateway.nothing()).isTrue();
    }
  }

  @Test
  void refusalIsKnownUntilTheNextPlanIsAccepted() throws Exception {
    server.publish(plan(FLEET, "10.0.0.1"));
    server.start();
    try (var gateway = new XdsStream(server.port(), FLEET, TRUST)) {
      gateway.ask(ENDPOINTS);
      gateway.refuse(gateway.next(), "no such address");
      Eventually.holds(
          Duration.ofSeconds(5),
          () -> "the refusal is known",
          () -> server.rejection(FLEET).equals(Optional.of("gw-0: no such address")));
      assertThat(server.rejection(OTHER)).isEmpty();
      server.publish(plan(FLEET, "10.0.0.2"));
      gateway.accept(gateway.next());
      Eventually.holds(
          Duration.ofSeconds(5),
          () -> "the refusal is over",
          () -> server.rejection(FLEET).isEmpty());
    }
  }

  @Test
  void gatewaysAreCountedWhileTheyAreConnected() throws Exception {
    server.publish(plan(FLEET, "10.0.0.1"));
    server.start();
    try (var gateway = new XdsStream(server.port(), FLEET, TRUST)) {
      gateway.ask(CLUSTERS);
      gateway.next();
      assertThat(server.connected(FLEET)).isEqualTo(1);
      assertThat(server.connected(OTHER)).isZero();
    }
    Eventually.holds(
        Duration.ofSeconds(5), () -> "the stream is gone", () -> server.connected(FLEET) == 0);
  }

  @Test
  void takenPortIsNamed() {
    server.start();
    try (var second = server(server.port())) {
      assertThatThrownBy(second::start)
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("cannot serve xDS on")
          .hasMessageContaining(Integer.toString(server.port()));
    }
  }

  private static XdsServer server(int port) {
    return new XdsServer(
        new InetSocketAddress("127.0.0.1", port), TRUST.credentials(), EnvoyResources::of);
  }

  static TrafficPlan plan(FleetKey fleet, String address) {
    var endpoint = new TrafficPlan.Endpoint("a", address, 8080, false);
    var zone = new TrafficPlan.Zone("a", 0, 1, List.of(endpoint));
    return new TrafficPlan(fleet, List.of(zone), GatewaySettings.DEFAULT);
  }

  static List<String> addresses(DiscoveryResponse response) throws Exception {
    var assignment = response.getResources(0).unpack(ClusterLoadAssignment.class);
    return assignment.getEndpointsList().stream()
        .flatMap(l -> l.getLbEndpointsList().stream())
        .map(e -> e.getEndpoint().getAddress().getSocketAddress().getAddress())
        .toList();
  }
}
