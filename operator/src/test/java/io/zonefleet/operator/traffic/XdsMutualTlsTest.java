package io.zonefleet.operator.traffic;

import static io.zonefleet.operator.traffic.GatewayFixture.FLEET;
import static io.zonefleet.operator.traffic.XdsServerTest.addresses;
import static io.zonefleet.operator.traffic.XdsServerTest.plan;
import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.controlplane.cache.Resources;
import io.grpc.InsecureChannelCredentials;
import io.grpc.Status;
import io.zonefleet.operator.trust.Leaf;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who gets a plan from the discovery server, and who does not. */
class XdsMutualTlsTest {
  private static final String ENDPOINTS = Resources.V3.ENDPOINT_TYPE_URL;
  private static final FleetKey OTHER = new FleetKey("models", "other");

  private final TestTrust trust = new TestTrust();
  private final XdsCredentials credentials = trust.credentials();
  private final XdsServer server =
      new XdsServer(new InetSocketAddress("127.0.0.1", 0), credentials, EnvoyResources::of);

  @BeforeEach
  void start() {
    server.publish(plan(FLEET, "10.0.0.1"));
    server.publish(plan(OTHER, "10.9.9.9"));
    server.start();
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void aGatewayGetsThePlanOfItsFleet() throws Exception {
    try (var gateway = new XdsStream(server.port(), FLEET, trust)) {
      gateway.ask(ENDPOINTS);
      assertThat(addresses(gateway.next())).containsExactly("10.0.0.1");
    }
  }

  @Test
  void aGatewayThatAsksForAnotherFleetIsRefused() throws Exception {
    var mine = XdsStream.credentials(trust.gateway(OTHER));
    try (var gateway = new XdsStream(server.port(), FLEET, mine)) {
      gateway.ask(ENDPOINTS);
      assertThat(gateway.end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
      assertThat(gateway.end().getDescription())
          .isEqualTo(
              "node.cluster 'models/chat' is not the fleet of the certificate, models/other");
      assertThat(gateway.nothing()).isTrue();
    }
    assertThat(server.connected(FLEET)).isZero();
  }

  @Test
  void aGatewayThatAsksForAnotherFleetLaterIsRefusedToo() throws Exception {
    try (var gateway = new XdsStream(server.port(), FLEET, trust)) {
      gateway.ask(ENDPOINTS);
      gateway.accept(gateway.next());
      gateway.askAs(OTHER, Resources.V3.CLUSTER_TYPE_URL);
      assertThat(gateway.end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
      assertThat(gateway.nothing()).isTrue();
    }
    // nothing of it is left that a new plan could stumble over
    server.publish(plan(FLEET, "10.0.0.2"));
    assertThat(server.connected(FLEET)).isZero();
    aGatewayStillGets("10.0.0.2");
  }

  @Test
  void whoShowsNoCertificateIsRefused() throws Exception {
    var anonymous = XdsStream.anonymous(trust.gateway(FLEET));
    try (var stranger = new XdsStream(server.port(), FLEET, anonymous)) {
      stranger.ask(ENDPOINTS);
      assertThat(stranger.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(stranger.nothing()).isTrue();
    }
  }

  @Test
  void whoSpeaksPlainTextIsRefused() throws Exception {
    try (var stranger = new XdsStream(server.port(), FLEET, InsecureChannelCredentials.create())) {
      stranger.ask(ENDPOINTS);
      assertThat(stranger.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    }
  }

  @Test
  void aCertificateOfAnotherAuthorityIsRefused() throws Exception {
    var forged = new TestTrust().gateway(FLEET);
    var shown = new Leaf(forged.own(), trust.gateway(FLEET).trusted());
    refused(shown);
  }

  @Test
  void aCertificateThatHasEndedIsRefused() throws Exception {
    refused(trust.gateway(FLEET, Duration.ofDays(31)));
  }

  @Test
  void theServersOwnCertificateOpensNoStream() throws Exception {
    refused(trust.server());
  }

  private void refused(Leaf shown) throws Exception {
    try (var stranger = new XdsStream(server.port(), FLEET, XdsStream.credentials(shown))) {
      stranger.ask(ENDPOINTS);
      assertThat(stranger.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
      assertThat(stranger.nothing()).isTrue();
    }
  }

  @Test
  void aStreamOutlivesTheChangeOfEveryCertificate() throws Exception {
    var before = trust.gateway(FLEET);
    try (var gateway = new XdsStream(server.port(), FLEET, XdsStream.credentials(before))) {
      gateway.ask(ENDPOINTS);
      gateway.accept(gateway.next());
      var other = new TestTrust();
      credentials.use(other.server());
      server.publish(plan(FLEET, "10.0.0.2"));
      assertThat(addresses(gateway.next())).containsExactly("10.0.0.2");
      refused(new Leaf(before.own(), other.gateway(FLEET).trusted()));
      try (var moved = new XdsStream(server.port(), FLEET, other)) {
        moved.ask(ENDPOINTS);
        assertThat(addresses(moved.next())).containsExactly("10.0.0.2");
      }
    }
  }

  private void aGatewayStillGets(String address) throws Exception {
    try (var gateway = new XdsStream(server.port(), FLEET, trust)) {
      gateway.ask(ENDPOINTS);
      assertThat(addresses(gateway.next())).containsExactly(address);
    }
  }
}
