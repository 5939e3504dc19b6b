package io.zonefleet.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.zonefleet.api.v1alpha1.TrafficPolicy;
import io.zonefleet.e2e.cluster.ZoneCluster;
import io.zonefleet.e2e.cluster.ZoneCluster.Vantage;
import io.zonefleet.e2e.fleet.Await;
import io.zonefleet.e2e.fleet.Fleet;
import io.zonefleet.e2e.fleet.Installation;
import io.zonefleet.e2e.load.Outcome;
import io.zonefleet.e2e.load.Question;
import io.zonefleet.e2e.load.RunningLoad;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Given a fleet under load, when the slow loop is hurt too, then the fast loop alone loses nothing.
 */
class OperatorAwayIT {

  private static final int RATE = 50;
  private static final String QUESTION = Question.completion(8);

  private final ZoneCluster cluster = UnderTest.cluster();
  private final Installation installation = UnderTest.installation();

  @AfterEach
  void restore() {
    UnderTest.heal();
    installation.scaleOperator(3);
  }

  @Test
  void killingEveryPodOfTheActiveZoneFailsNoRequest() {
    var fleet = fleet();
    var outcome = during(fleet, () -> cluster.kill(Fleet.NAMESPACE, fleet.podsOf(lost(fleet))));
    assertThat(outcome.failed()).isEmpty();
  }

  @Test
  void freezingEveryPodOfTheActiveZoneFailsNoRequest() {
    assumeTrue(cluster.freezes(), "pods of a " + cluster.kind() + " cluster cannot be frozen");
    var fleet = fleet();
    var selector = fleet.podsOf(lost(fleet));
    try {
      var outcome = during(fleet, () -> cluster.freeze(Fleet.NAMESPACE, selector));
      assertThat(outcome.failed()).isEmpty();
    } finally {
      cluster.thaw(Fleet.NAMESPACE, selector);
    }
  }

  @Test
  void aZoneCutWithTheOperatorAtZeroFailsNoRequest() {
    var fleet = fleet();
    installation.scaleOperator(0);
    var lost = lost(fleet);
    try {
      var outcome = during(fleet, () -> cluster.cut(lost));
      assertThat(outcome.failed()).isEmpty();
    } finally {
      // a pod in the dark cannot be deleted, and the next test needs the operator
      cluster.heal(lost);
      installation.scaleOperator(3);
    }
  }

  @Test
  void aGatewayThatStartsWithTheOperatorAtZeroServesAndThenFollowsTheOperator() {
    var fleet = fleet();
    installation.scaleOperator(0);
    var zone = cluster.zones().getFirst();
    var gateway = replaced("gateway", zone);
    serves(gateway, zone);
    // without a load: while three operators start, two cores have no room for one
    installation.scaleOperator(3);
    // the gateway must hear of the new pod's address, or the fleet is never ready
    replaced("inference", cluster.zones().getLast());
    fleet.awaitCondition("Ready", "True", Duration.ofMinutes(2));
    serves(gateway, zone);
  }

  @Test
  void cuttingTheLeadersZoneFailsNoRequestAndStatusFollowsWithinEightSeconds() {
    var fleet = fleet();
    var leader = installation.leader().zone();
    var survivor = cluster.zones().stream().filter(zone -> !zone.equals(leader)).findFirst();
    try (var load = start(fleet, survivor.orElseThrow())) {
      load.awaitAnswers(2 * RATE, Duration.ofSeconds(60));
      var front = fleet.front();
      cluster.cut(leader);
      var seen = fleet.awaitRole(leader, "Lost", Duration.ofSeconds(8));
      var outcome = load.stop();
      System.out.printf("the leader's zone cut: status after %d ms, ", seen.toMillis());
      print(outcome);
      // a client whose zone has no gateway in the front Service would meet those of the dark zone
      assertThat(outcome.failed())
          .as("failed requests, front Service %s, then %s", front, fleet.front())
          .isEmpty();
    } finally {
      // a pod in the dark cannot be deleted
      cluster.heal(leader);
    }
  }

  private void serves(Pod gateway, String from) {
    var url = "http://" + gateway.getStatus().getPodIP() + ":8000/v1/completions";
    try (var load = RunningLoad.start(cluster, new Vantage.InZone(from), url, RATE, QUESTION)) {
      load.awaitAnswers(5 * RATE, Duration.ofSeconds(60));
      var outcome = load.stop();
      print(outcome);
      assertThat(outcome.failed()).isEmpty();
    }
  }

  /** Deletes the zone's pods, and returns one that took their place once it is ready. */
  private Pod replaced(String component, String zone) {
    var pods =
        installation
            .client()
            .pods()
            .inNamespace(Fleet.NAMESPACE)
            .withLabel("app.kubernetes.io/instance", UnderTest.FLEET)
            .withLabel("app.kubernetes.io/component", component)
            .withLabel("zonefleet.io/zone", zone);
    var before = pods.list().getItems().stream().map(pod -> pod.getMetadata().getUid()).toList();
    pods.delete();
    Supplier<Optional<Pod>> next =
        () ->
            pods.list().getItems().stream()
                .filter(pod -> !before.contains(pod.getMetadata().getUid()))
                .filter(Readiness::isPodReady)
                .findFirst();
    Await.until(
        "another %s in %s is ready".formatted(component, zone),
        Duration.ofMinutes(2),
        () -> next.get().isPresent());
    return next.get().orElseThrow();
  }

  /** The load's outcome from 2 s before the fault until some seconds after it. */
  private Outcome during(Fleet fleet, Runnable fault) {
    try (var load = start(fleet, cluster.zones().getLast())) {
      load.awaitAnswers(2 * RATE, Duration.ofSeconds(60));
      fault.run();
      load.awaitAnswers(load.soFar().answers().size() + 5 * RATE, Duration.ofSeconds(30));
      var outcome = load.stop();
      print(outcome);
      return outcome;
    }
  }

  private static void print(Outcome outcome) {
    System.out.printf(
        "%d requests, failed %s, slowest %d ms, by zone %s%n",
        outcome.answers().size(), outcome.failures(), outcome.slowestMillis(), outcome.byZone());
  }

  private RunningLoad start(Fleet fleet, String zone) {
    return RunningLoad.start(
        cluster, new Vantage.InZone(zone), fleet.completionsUrl(), RATE, QUESTION);
  }

  /** Its first zone takes all traffic, so that a fault of that zone matters. */
  private Fleet fleet() {
    var fleet = UnderTest.fleet(TrafficPolicy.ActiveStandby, cluster.zones());
    fleet.awaitTraffic(cluster.zones().getFirst());
    return fleet;
  }

  private static String lost(Fleet fleet) {
    return fleet.status().active();
  }
}
