package io.zonefleet.operator.traffic;

import static io.zonefleet.operator.traffic.GatewayFixture.FLEET;
import static io.zonefleet.operator.traffic.GatewayFixture.activeStandby;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Envoy and the certificates of both sides: as they are, as they change, as they are not.
 */
@EnvoyIsInstalled
class GatewayCertificatesTest {
  private static final String A = "zone-a";
  private static final String B = "zone-b";
  private static final Duration SOON = Duration.ofSeconds(20);

  /** The age at which an authority is to be followed by another. */
  private static final Duration DUE = Duration.ofDays(244);

  private static final Duration OVERLAP = Duration.ofHours(25);

  @TempDir Path folder;

  @Test
  void anAuthorityIsFollowedByAnotherWhileRequestsFlow() throws Exception {
    var trust = new TestTrust(DUE);
    try (var fleet = new GatewayFixture(folder, trust, FLEET, A, B)) {
      fleet.serving(firstA(fleet));
      try (var load = OpenLoad.start(fleet.gateway, 50, 20)) {
        load.awaitAnswers(20);
        long connections = connections(fleet);

        // the next authority is published: first to one side, then to the other
        trust.stepAfter(Duration.ZERO);
        fleet.credentials.use(trust.server());
        gatewayTakesUp(fleet, trust, 2);
        reconnects(fleet);

        // it signs: a new server meets gateways of before, then these change too
        trust.stepAfter(OVERLAP);
        fleet.credentials.use(trust.server());
        reconnects(fleet);
        gatewayTakesUp(fleet, trust, 2);
        reconnects(fleet);

        // the first one has ended
        trust.forgetPrevious();
        fleet.credentials.use(trust.server());
        gatewayTakesUp(fleet, trust, 2);
        reconnects(fleet);

        assertThat(connections(fleet))
            .as("four reconnects were asked for; no change of a certificate made another")
            .isEqualTo(connections + 4);
        follows(fleet, load);
        assertThat(load.finish("one authority after another").failed()).isZero();
      }
    }
  }

  /** A gateway that starts in the middle, with what its Secret holds then, is known too. */
  @Test
  void gatewaysThatRestartInTheMiddleOfARotationAreKnown() throws Exception {
    var trust = new TestTrust(DUE);
    try (var fleet = new GatewayFixture(folder, trust, FLEET, A, B)) {
      trust.stepAfter(Duration.ZERO);
      fleet.gateway.identity.change(Envoy.texts(trust.gateway(FLEET).pem()));
      trust.stepAfter(OVERLAP);
      fleet.credentials.use(trust.server());
      fleet.serving(firstA(fleet));
    }
  }

  @Test
  void aBrokenSecretChangesNothingUntilItIsMended() throws Exception {
    var trust = new TestTrust();
    try (var fleet = new GatewayFixture(folder, trust, FLEET, A, B)) {
      fleet.serving(firstA(fleet));
      var load = OpenLoad.start(fleet.gateway, 50, 20);
      var pem = new TreeMap<>(trust.gateway(FLEET).pem());
      pem.put("tls.crt", "garbage");
      fleet.gateway.identity.change(Envoy.texts(pem));
      Eventually.holds(
          SOON,
          () -> "the gateway has seen it",
          () -> fleet.gateway.stat("sds.identity.key_rotation_failed") > 0);
      reconnects(fleet);
      // whom to trust has not changed
      gatewayTakesUp(fleet, trust, 1);
      reconnects(fleet);
      follows(fleet, load);
      assertThat(load.finish("a broken Secret").failed()).isZero();
      load.close();
    }
  }

  @Test
  void aGatewayWithTheCertificateOfAnotherFleetGetsNoPlan() throws Exception {
    var other = new FleetKey("models", "other");
    try (var fleet = new GatewayFixture(folder, new TestTrust(), other, A, B)) {
      fleet.startXds(firstA(fleet));
      fleet.gateway.start();
      staysUnready(fleet);
      assertThat(fleet.gateway.stat("cluster.xds.upstream_cx_total")).isPositive();
    }
  }

  @Test
  void aGatewayTakesNoPlanFromAServerOfAnotherName() throws Exception {
    var trust = new TestTrust();
    try (var fleet = new GatewayFixture(folder, trust, FLEET, A, B)) {
      fleet.credentials.use(trust.server("zonefleet-xds.elsewhere.svc"));
      fleet.startXds(firstA(fleet));
      fleet.gateway.start();
      Eventually.holds(
          SOON,
          () -> "the gateway has refused it",
          () -> fleet.gateway.stat("cluster.xds.ssl.fail_verify_san") > 0);
      assertThat(fleet.gateway.ready()).isFalse();
    }
  }

  @Test
  void aGatewayTakesNoPlanFromAServerOfAnotherAuthority() throws Exception {
    try (var fleet = new GatewayFixture(folder, new TestTrust(), FLEET, A, B)) {
      fleet.credentials.use(new TestTrust().server());
      fleet.startXds(firstA(fleet));
      fleet.gateway.start();
      Eventually.holds(
          SOON,
          () -> "the gateway has refused it",
          () -> fleet.gateway.stat("cluster.xds.ssl.fail_verify_error") > 0);
      assertThat(fleet.gateway.ready()).isFalse();
    }
  }

  /** Those that were made: an attempt while no server listens is counted too, and is none. */
  private static long connections(GatewayFixture fleet) throws Exception {
    return fleet.gateway.stat("cluster.xds.upstream_cx_total")
        - fleet.gateway.stat("cluster.xds.upstream_cx_connect_fail");
  }

  private static TrafficPlan firstA(GatewayFixture fleet) {
    return activeStandby(fleet.endpoints(), A, B);
  }

  /**
   * The Secret changes, and Envoy has read it.
   *
   * @param files certificate and trust, as far as they change
   */
  private static void gatewayTakesUp(GatewayFixture fleet, TestTrust trust, int files)
      throws Exception {
    long before =
        fleet.gateway.stat("cluster.xds.client_ssl_socket_factory.ssl_context_update_by_sds");
    fleet.gateway.identity.change(Envoy.texts(trust.gateway(FLEET).pem()));
    Eventually.holds(
        SOON,
        () -> "certificate and trust are read again; " + fleet.gateway.log(),
        () ->
            fleet.gateway.stat("cluster.xds.client_ssl_socket_factory.ssl_context_update_by_sds")
                >= before + files);
  }

  /** The operator is restarted with the same plan. */
  private static void reconnects(GatewayFixture fleet) throws Exception {
    fleet.killXds();
    fleet.startXds(firstA(fleet));
    Eventually.holds(
        SOON,
        () -> "the gateway is connected; " + fleet.gateway.log(),
        () -> fleet.xds().connected(FLEET) == 1);
  }

  private static void follows(GatewayFixture fleet, OpenLoad load) throws Exception {
    fleet.xds().publish(activeStandby(fleet.endpoints(), B, A));
    Eventually.holds(
        SOON, () -> "zone-b answers", () -> load.answersByZone().getOrDefault(B, 0L) > 5);
  }

  private static void staysUnready(GatewayFixture fleet) throws Exception {
    Eventually.holds(
        SOON,
        () -> "the gateway was refused",
        () -> fleet.gateway.stat("cluster.xds.upstream_rq_total") > 3);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    while (System.nanoTime() < until) {
      assertThat(fleet.gateway.ready()).isFalse();
      Thread.sleep(100);
    }
    assertThat(fleet.xds().connected(FLEET)).isZero();
  }
}
