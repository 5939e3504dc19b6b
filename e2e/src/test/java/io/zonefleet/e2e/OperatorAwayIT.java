package io.zonefleet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.zonefleet.api.v1alpha1.TrafficPolicy;
import io.zonefleet.e2e.cluster.Clusters;
import io.zonefleet.e2e.cluster.ZoneCluster;
import io.zonefleet.e2e.cluster.ZoneCluster.Vantage;
import io.zonefleet.e2e.load.Outcome;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Given a fleet under load, when the slow loop is hurt too, then the fast loop alone loses nothing.
 */
class OperatorAwayIT {

  private static final String OPERATOR_NAMESPACE = "zonefleet-system";
  private static final String OPERATOR = "zonefleet";
  private static final int RATE = 50;
  private static final String QUESTION =
      "{\"text\": \"What is the capital of France?\", \"max_tokens\": 8}";

  private static ZoneCluster cluster;
  private static KubernetesClient client;

  @BeforeAll
  static void connect() throws Exception {
    cluster = Clusters.running();
    client =
        new KubernetesClientBuilder()
            .withConfig(Config.fromKubeconfig(Files.readString(cluster.kubeconfig())))
            .build();
  }

  @AfterEach
  void restore() {
    cluster.zones().forEach(cluster::heal);
    scaleOperator(3);
  }

  @AfterAll
  static void disconnect() {
    if (client != null) {
      client.close();
    }
  }

  @Test
  void killingEveryPodOfTheActiveZoneFailsNoRequest() {
    try (var fleet = fleet("killed")) {
      var outcome = during(fleet, () -> cluster.kill(Fleet.NAMESPACE, fleet.podsOf(lost(fleet))));
      assertThat(outcome.failed()).isEmpty();
    }
  }

  @Test
  void freezingEveryPodOfTheActiveZoneFailsNoRequest() {
    try (var fleet = fleet("frozen")) {
      var selector = fleet.podsOf(lost(fleet));
      try {
        var outcome = during(fleet, () -> cluster.freeze(Fleet.NAMESPACE, selector));
        assertThat(outcome.failed()).isEmpty();
      } finally {
        cluster.thaw(Fleet.NAMESPACE, selector);
      }
    }
  }

  @Test
  void aZoneCutWithTheOperatorAtZeroFailsNoRequest() {
    try (var fleet = fleet("at-zero")) {
      scaleOperator(0);
      var outcome = during(fleet, () -> cluster.cut(lost(fleet)));
      assertThat(outcome.failed()).isEmpty();
    }
  }

  @Test
  void cuttingTheLeadersZoneFailsNoRequestAndStatusFollowsWithinEightSeconds() {
    try (var fleet = fleet("leader")) {
      var leader = leaderZone();
      var survivor = cluster.zones().stream().filter(zone -> !zone.equals(leader)).findFirst();
      try (var load = start(fleet, survivor.orElseThrow())) {
        load.awaitAnswers(2 * RATE, Duration.ofSeconds(60));
        cluster.cut(leader);
        fleet.awaitRole(leader, "Lost", Duration.ofSeconds(8));
        assertThat(load.stop().failed()).isEmpty();
      }
    }
  }

  /** The load's outcome from 2 s before the fault until some seconds after it. */
  private static Outcome during(Fleet fleet, Runnable fault) {
    try (var load = start(fleet, cluster.zones().getLast())) {
      load.awaitAnswers(2 * RATE, Duration.ofSeconds(60));
      fault.run();
      load.awaitAnswers(load.soFar().answers().size() + 5 * RATE, Duration.ofSeconds(30));
      return load.stop();
    }
  }

  private static RunningLoad start(Fleet fleet, String zone) {
    return RunningLoad.start(cluster, new Vantage.InZone(zone), fleet.predictUrl(), RATE, QUESTION);
  }

  private static Fleet fleet(String name) {
    return Fleet.ready(client, name, TrafficPolicy.ActiveStandby, cluster.zones());
  }

  private static String lost(Fleet fleet) {
    return fleet.status().active();
  }

  private static String leaderZone() {
    var lease =
        client.leases().inNamespace(OPERATOR_NAMESPACE).list().getItems().stream()
            .filter(candidate -> candidate.getSpec().getHolderIdentity() != null)
            .findFirst()
            .orElseThrow(() -> new AssertionError("no operator holds a lease"));
    var node =
        client
            .pods()
            .inNamespace(OPERATOR_NAMESPACE)
            .withName(lease.getSpec().getHolderIdentity())
            .get()
            .getSpec()
            .getNodeName();
    return client
        .nodes()
        .withName(node)
        .get()
        .getMetadata()
        .getLabels()
        .get("topology.kubernetes.io/zone");
  }

  private static void scaleOperator(int replicas) {
    client.apps().deployments().inNamespace(OPERATOR_NAMESPACE).withName(OPERATOR).scale(replicas);
    Await.until(
        replicas + " ready operators",
        Duration.ofMinutes(2),
        () -> {
          var status =
              client
                  .apps()
                  .deployments()
                  .inNamespace(OPERATOR_NAMESPACE)
                  .withName(OPERATOR)
                  .get()
                  .getStatus();
          var ready = status.getReadyReplicas() == null ? 0 : status.getReadyReplicas();
          var all = status.getReplicas() == null ? 0 : status.getReplicas();
          return ready == replicas && all == replicas;
        });
  }
}
