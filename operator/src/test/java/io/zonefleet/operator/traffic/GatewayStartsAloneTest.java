package io.zonefleet.operator.traffic;

import static io.zonefleet.operator.traffic.GatewayFixture.FLEET;
import static io.zonefleet.operator.traffic.GatewayFixture.activeStandby;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Envoy that starts while no operator answers, with the last plan on its disk. */
@EnvoyIsInstalled
class GatewayStartsAloneTest {
  private static final String A = "zone-a";
  private static final String B = "zone-b";
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;
  private GatewayFixture fleet;

  @BeforeEach
  void start() throws Exception {
    fleet = new GatewayFixture(folder, A, B);
  }

  @AfterEach
  void end() throws Exception {
    fleet.close();
  }

  private TrafficPlan first(String... zones) {
    return activeStandby(fleet.endpoints(), zones);
  }

  private void startAlone(String... zones) throws Exception {
    fleet.gateway.keep(first(zones));
    long begun = System.nanoTime();
    fleet.gateway.start();
    fleet.gateway.awaitServing();
    fleet.awaitHealthy(2);
    System.out.println(
        "alone, a gateway serves "
            + (System.nanoTime() - begun) / 1_000_000
            + " ms after its start");
  }

  @Test
  void itServesByTheLastPlanThenByTheOperatorsThenGoesOnWithoutIt() throws Exception {
    startAlone(A, B);
    try (var load = OpenLoad.start(fleet.gateway, 50, 200)) {
      load.awaitAnswers(50);
      assertThat(load.answersByZone()).as("as the last plan says").containsOnlyKeys(A);

      fleet.startXds(first(B, A));
      answers(load, B);

      fleet.xds().publish(first(A, B));
      answers(load, A);

      fleet.killXds();
      load.awaitAnswers(50);
      fleet.pod(A).kill();
      answers(load, B);

      assertThat(load.finish("started alone, operator comes and goes").failed()).isZero();
    }
  }

  /** Long answers are under way while the operator's plan takes the place of the last one. */
  @Test
  void requestsUnderWayOutliveTheChange() throws Exception {
    startAlone(A, B);
    try (var load = OpenLoad.start(fleet.gateway, 10, 4_000)) {
      load.awaitAnswers(5);
      fleet.startXds(first(B, A));
      answers(load, B);
      var result = load.finish("long answers while the operator comes");
      assertThat(result.failed()).isZero();
    }
  }

  @Test
  void aloneItFailsOverAsEver() throws Exception {
    startAlone(A, B);
    try (var load = OpenLoad.start(fleet.gateway, 50, 100)) {
      load.awaitAnswers(20);
      fleet.pod(A).freeze();
      answers(load, B);
      assertThat(load.finish("alone, active zone frozen").failed()).isZero();
    }
  }

  @Test
  void settingsThatChangeOnDiskAreTakenUpWhileRequestsFlow() throws Exception {
    fleet.gateway.keep(first(A, B));
    fleet.serving(first(A, B));
    awaitClusters(2);
    try (var load = OpenLoad.start(fleet.gateway, 50, 20)) {
      fleet.gateway.keep(first(B, A));
      var rarer = new HealthCheckSettings("/readyz", 400, 400, 2, 1);
      fleet.gateway.keep(
          new TrafficPlan(
              FLEET,
              first(A, B).zones(),
              new GatewaySettings(rarer, true, GatewaySettings.DEFAULT.streamIdle())));
      awaitClusters(3);
      load.awaitAnswers(50);
      assertThat(load.finish("settings changed on disk").failed()).isZero();
      assertThat(fleet.gateway.stat("cluster_manager.cds.update_success"))
          .as("endpoints alone change nothing that Envoy loads from there")
          .isEqualTo(3);
    }
  }

  /** An operator is there from the first moment, as on most starts. */
  @Test
  void withAnOperatorThereItFollowsAPodToItsNewAddress() throws Exception {
    fleet.gateway.keep(first(A, B));
    fleet.serving(first(A, B));
    followsAPodToItsNewAddress();
  }

  /** The pod had left its address before the gateway started. */
  @Test
  void aPlanWithAnAddressOfBeforeIsFollowedByTheOperators() throws Exception {
    fleet.gateway.keep(first(A, B));
    fleet.pod(A).kill();
    fleet.startXds(first(A, B));
    fleet.gateway.start();
    fleet.gateway.awaitServing();
    followsAPodToItsNewAddress();
  }

  /** A fleet's first gateways start before its pods. */
  @Test
  void aPlanWithoutPodsIsFollowedByTheOperators() throws Exception {
    var none = new TrafficPlan(FLEET, List.of(), GatewaySettings.DEFAULT);
    fleet.gateway.keep(none);
    fleet.startXds(none);
    fleet.gateway.start();
    Eventually.holds(SOON, () -> "ready; " + fleet.gateway.log(), fleet.gateway::ready);
    fleet.gateway.keep(first(A, B));
    fleet.xds().publish(first(A, B));
    followsAPodToItsNewAddress();
  }

  private void followsAPodToItsNewAddress() throws Exception {
    fleet.gateway.awaitServing();
    fleet.pod(A).kill();
    try (var moved = Pod.start(A, "127.0.1.9")) {
      var plan = activeStandby(List.of(moved.endpoint(), fleet.pod(B).endpoint()), A, B);
      fleet.gateway.keep(plan);
      fleet.xds().publish(plan);
      Eventually.holds(
          SOON,
          () -> "the new pod is known; " + fleet.gateway.log(),
          () ->
              fleet
                  .gateway
                  .clusters()
                  .contains(moved.address + ":" + moved.port + "::health_flags::healthy"));
      assertThat(fleet.gateway.get(fleet.gateway.port, "/predict").status()).isEqualTo(200);
    }
  }

  /** Envoy has loaded so many forms of the cluster, and uses the last. */
  private void awaitClusters(int count) throws Exception {
    Eventually.holds(
        SOON,
        () -> count + " clusters loaded; " + fleet.gateway.log(),
        () ->
            fleet.gateway.stat("cluster_manager.cds.update_success") == count
                && fleet.gateway.stat("cluster_manager.warming_clusters") == 0);
  }

  private static void answers(OpenLoad load, String zone) throws Exception {
    long before = load.answersByZone().getOrDefault(zone, 0L);
    Eventually.holds(
        SOON,
        () -> zone + " answers, of " + load.answersByZone(),
        () -> load.answersByZone().getOrDefault(zone, 0L) > before + 5);
  }
}
