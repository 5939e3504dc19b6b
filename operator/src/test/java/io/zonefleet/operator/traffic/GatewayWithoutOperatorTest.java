package io.zonefleet.operator.traffic;

import static io.zonefleet.operator.traffic.GatewayFixture.FLEET;
import static io.zonefleet.operator.traffic.GatewayFixture.activeStandby;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator is away, comes back, or was never there: a real Envoy with two zones. */
@EnvoyIsInstalled
class GatewayWithoutOperatorTest {
  private static final String A = "zone-a";
  private static final String B = "zone-b";

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

  private TrafficPlan firstA() {
    return activeStandby(fleet.endpoints(), A, B);
  }

  @Test
  void zoneFreezesWhileTheOperatorIsAway() throws Exception {
    fleet.serving(firstA());
    try (var load = OpenLoad.start(fleet.gateway, 50, 200)) {
      load.awaitAnswers(20);
      fleet.killXds();
      load.awaitAnswers(50);
      fleet.pod(A).freeze();
      load.awaitAnswers(100);
      var result = load.finish("operator away, then active zone frozen");
      assertThat(result.failed()).isZero();
      assertThat(result.slowestMillis()).isLessThan(6_000);
    }
  }

  @Test
  void operatorComesBackWithAnotherPlan() throws Exception {
    fleet.serving(firstA());
    try (var load = OpenLoad.start(fleet.gateway, 50, 20)) {
      load.awaitAnswers(20);
      fleet.killXds();
      load.awaitAnswers(50);
      long back = System.nanoTime();
      fleet.startXds(activeStandby(fleet.endpoints(), B, A));
      Eventually.holds(
          Duration.ofSeconds(15),
          () -> "answers from zone-b",
          () -> load.answersByZone().getOrDefault(B, 0L) > 5);
      load.awaitAnswers(50);
      var result = load.finish("operator back with another plan");
      long last = result.lastAnswerMillis(A, back);
      System.out.println("new plan in force " + last + " ms after the operator is back");
      assertThat(result.failed()).isZero();
      assertThat(last).isLessThan(6_000);
    }
  }

  @Test
  void operatorComesBackWithTheSamePlanAndChangesNothing() throws Exception {
    fleet.serving(firstA());
    long updates = fleet.gateway.stat("cluster_manager.cds.update_success");
    fleet.killXds();
    fleet.startXds(firstA());
    Eventually.holds(
        Duration.ofSeconds(15),
        () -> "the gateway is connected",
        () -> fleet.xds().connected(FLEET) == 1);
    assertThat(fleet.gateway.get(fleet.gateway.port, "/predict").status()).isEqualTo(200);
    assertThat(fleet.gateway.stat("cluster_manager.cluster_modified")).isZero();
    assertThat(updates).isPositive();
  }

  /** A gateway keeps nothing on disk: without an operator a new one waits, and says so. */
  @Test
  void gatewayThatStartsWhileTheOperatorIsAwayStaysUnready() throws Exception {
    fleet.gateway.start();
    Eventually.holds(
        Duration.ofSeconds(30),
        () -> "the admin port answers, by which the kubelet knows that it lives",
        fleet.gateway::adminAnswers);
    // longer than Envoy's default wait for its configuration
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(17);
    while (System.nanoTime() < until) {
      assertThat(fleet.gateway.ready()).isFalse();
      Thread.sleep(500);
    }
    long back = System.nanoTime();
    fleet.startXds(firstA());
    fleet.gateway.awaitServing();
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - back);
    System.out.println("a waiting gateway serves " + millis + " ms after the operator is back");
    assertThat(millis).isLessThan(15_000);
    Eventually.holds(Duration.ofSeconds(15), () -> "ready", fleet.gateway::ready);
  }

  @Test
  void gatewayWaitsForItsFleetsFirstPlan() throws Exception {
    fleet.startXds(new TrafficPlan(new FleetKey("other", "fleet"), List.of(), firstA().settings()));
    fleet.gateway.start();
    Eventually.holds(
        Duration.ofSeconds(30),
        () -> "the gateway is connected",
        () -> fleet.xds().connected(FLEET) == 1);
    assertThat(fleet.gateway.ready()).isFalse();
    fleet.xds().publish(firstA());
    fleet.gateway.awaitServing();
  }

  /** First pods: the gateway starts while all of them load, and says so until one is ready. */
  @Test
  void gatewayThatStartsBeforeAnyPodIsReady() throws Exception {
    for (var pod : fleet.pods) {
      pod.refuse();
    }
    fleet.startXds(firstA());
    fleet.gateway.start();
    Eventually.holds(
        Duration.ofSeconds(30),
        () -> "the gateway is ready; " + fleet.gateway.log(),
        fleet.gateway::ready);
    long asked = System.nanoTime();
    assertThat(fleet.gateway.get(fleet.gateway.port, "/predict").status()).isEqualTo(503);
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - asked)).isLessThan(4_000);
    fleet.pod(B).recover();
    long recovered = System.nanoTime();
    fleet.gateway.awaitServing();
    System.out.println(
        "first pod serves "
            + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - recovered)
            + " ms after it is ready");
  }

  @Test
  void refusedPlanIsToldAndTheLastOneStaysInForce() throws Exception {
    fleet.serving(firstA());
    var named = new TrafficPlan.Endpoint(A, "chat-zone-a-0", 8080, false);
    fleet.xds().publish(activeStandby(List.of(named), A, B));
    Eventually.holds(
        Duration.ofSeconds(15),
        () -> "the refusal is known",
        () -> fleet.xds().rejection(FLEET).isPresent());
    System.out.println("refusal: " + fleet.xds().rejection(FLEET).orElseThrow());
    assertThat(fleet.xds().rejection(FLEET).orElseThrow()).startsWith("gateway-0: ");
    assertThat(fleet.gateway.get(fleet.gateway.port, "/predict").status()).isEqualTo(200);
    fleet.xds().publish(activeStandby(fleet.endpoints(), B, A));
    Eventually.holds(
        Duration.ofSeconds(15),
        () -> "the next plan is accepted",
        () -> fleet.xds().rejection(FLEET).isEmpty());
  }
}
