package io.zonefleet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.zonefleet.api.v1alpha1.TrafficPolicy;
import io.zonefleet.e2e.cluster.ZoneCluster;
import io.zonefleet.e2e.cluster.ZoneCluster.Vantage;
import io.zonefleet.e2e.fleet.Await;
import io.zonefleet.e2e.fleet.Fleet;
import io.zonefleet.e2e.load.Outcome;
import io.zonefleet.e2e.load.Question;
import io.zonefleet.e2e.load.RunningLoad;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Given a fleet under load, when its resource changes, then no client sees it. */
class ChangeIT {
  private static final int RATE = 20;
  private static final Duration ROLLED_OUT = Duration.ofMinutes(8);
  private static final String QUESTION = Question.completion(8);

  private final ZoneCluster cluster = UnderTest.cluster();
  private final KubernetesClient client = UnderTest.installation().client();

  @Test
  void newPodsComeZoneByZoneAndFailNoRequest() {
    var fleet = fleet();
    var epoch = fleet.status().epoch();
    var before = pods("inference");
    var replacing = new HashSet<Set<String>>();
    var replaced = new HashSet<String>();

    var outcome =
        during(
            fleet,
            () -> {
              patch("{\"spec\":{\"server\":{\"drainSeconds\":20}}}");
              Await.until(
                  "every pod is a new one and ready",
                  ROLLED_OUT,
                  () -> {
                    var ready = ready("inference");
                    ready.stream().filter(pod -> !before.contains(pod)).forEach(replaced::add);
                    replacing.add(replacing(before, replaced));
                    return ready.size() == before.size() && replaced.containsAll(ready);
                  });
            });

    System.out.println("zones that changed their pods at once: " + replacing);
    assertThat(outcome.failed()).isEmpty();
    assertThat(replacing).as("zones at once").allMatch(zones -> zones.size() <= 1);
    assertThat(fleet.status().switches())
        .filteredOn(move -> move.epoch() > epoch)
        .as("a change is no loss")
        .noneMatch(move -> move.cause().equals("ZoneLost"));
  }

  @Test
  void newGatewaysFailNoRequest() {
    var fleet = fleet();
    var before = pods("gateway");

    var outcome =
        during(
            fleet,
            () -> {
              patch("{\"spec\":{\"template\":{\"gatewayPod\":{\"labels\":{\"team\":\"ml\"}}}}}");
              Await.until(
                  "every gateway is a new one and the old ones are gone",
                  ROLLED_OUT,
                  () -> {
                    var ready = ready("gateway");
                    return ready.size() == before.size()
                        && pods("gateway").stream().noneMatch(before::contains);
                  });
            });

    assertThat(outcome.failed()).isEmpty();
  }

  @Test
  void aFleetThatGoesLeavesNothingButItsClaims() {
    var yaml =
        """
        apiVersion: zonefleet.io/v1alpha1
        kind: DeepSeekDeployment
        metadata: {name: leaving}
        spec:
          model: {name: tiny-r1, revision: r1}
          zones: [%s]
          replicasPerZone: 0
        """
            .formatted(
                cluster.zones().stream()
                    .map("{name: %s}"::formatted)
                    .collect(Collectors.joining(", ")));
    var fleet = Fleet.applied(client, "leaving", yaml);
    Await.until(
        "the fleet's objects are there",
        Duration.ofMinutes(1),
        () -> objects("leaving").size() == 5 + 3 + 5 * cluster.zones().size());

    fleet.close();

    Await.until(
        "the fleet's objects are gone; left: " + names(objects("leaving")),
        Duration.ofMinutes(1),
        () -> objects("leaving").isEmpty());
    var claims =
        client
            .persistentVolumeClaims()
            .inNamespace(Fleet.NAMESPACE)
            .withLabel("app.kubernetes.io/instance", "leaving");
    assertThat(names(claims.list().getItems()))
        .containsExactlyInAnyOrderElementsOf(
            cluster.zones().stream().map("leaving-weights-%s"::formatted).toList());
    claims.delete();
  }

  private Fleet fleet() {
    return UnderTest.fleet(TrafficPolicy.ActiveStandby, cluster.zones());
  }

  private Outcome during(Fleet fleet, Runnable change) {
    var where = new Vantage.InZone(cluster.zones().getLast());
    try (var load = RunningLoad.start(cluster, where, fleet.completionsUrl(), RATE, QUESTION)) {
      load.awaitAnswers(2 * RATE, Duration.ofSeconds(60));
      change.run();
      load.awaitAnswers(load.soFar().answers().size() + 2 * RATE, Duration.ofSeconds(60));
      var outcome = load.stop();
      System.out.printf(
          "%d requests, %d failed, slowest %d ms, by zone %s%n",
          outcome.answers().size(),
          outcome.failed().size(),
          outcome.slowestMillis(),
          outcome.byZone());
      return outcome;
    }
  }

  private void patch(String change) {
    client
        .genericKubernetesResources("zonefleet.io/v1alpha1", "DeepSeekDeployment")
        .inNamespace(Fleet.NAMESPACE)
        .withName(UnderTest.FLEET)
        .patch(PatchContext.of(PatchType.JSON_MERGE), change);
  }

  private Set<String> pods(String component) {
    return uids(podsOf(component));
  }

  private Set<String> ready(String component) {
    return uids(podsOf(component).filter(Fleet::isReady));
  }

  /**
   * Zones whose old pod is on its way out, or gone, while the new one has never been ready. Whether
   * a pod misses a probe on a busy machine does not matter here.
   */
  private Set<String> replacing(Set<String> before, Set<String> replaced) {
    var whole =
        podsOf("inference")
            .filter(
                pod ->
                    replaced.contains(pod.getMetadata().getUid())
                        || before.contains(pod.getMetadata().getUid())
                            && pod.getMetadata().getDeletionTimestamp() == null)
            .map(pod -> pod.getMetadata().getLabels().get("zonefleet.io/zone"))
            .collect(Collectors.toSet());
    return cluster.zones().stream()
        .filter(zone -> !whole.contains(zone))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Stream<Pod> podsOf(String component) {
    return client
        .pods()
        .inNamespace(Fleet.NAMESPACE)
        .withLabel("app.kubernetes.io/instance", UnderTest.FLEET)
        .withLabel("app.kubernetes.io/component", component)
        .list()
        .getItems()
        .stream();
  }

  private static Set<String> uids(Stream<Pod> pods) {
    return pods.map(pod -> pod.getMetadata().getUid()).collect(Collectors.toSet());
  }

  /** All that the fleet owns itself; neither its claims nor what others make of its objects. */
  private List<? extends HasMetadata> objects(String fleet) {
    return Stream.<Stream<? extends HasMetadata>>of(
            client.serviceAccounts().inNamespace(Fleet.NAMESPACE).list().getItems().stream(),
            client.configMaps().inNamespace(Fleet.NAMESPACE).list().getItems().stream(),
            client.services().inNamespace(Fleet.NAMESPACE).list().getItems().stream(),
            client.apps().statefulSets().inNamespace(Fleet.NAMESPACE).list().getItems().stream(),
            client.apps().deployments().inNamespace(Fleet.NAMESPACE).list().getItems().stream(),
            client
                .network()
                .v1()
                .networkPolicies()
                .inNamespace(Fleet.NAMESPACE)
                .list()
                .getItems()
                .stream(),
            client
                .policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace(Fleet.NAMESPACE)
                .list()
                .getItems()
                .stream())
        .flatMap(all -> all)
        .filter(
            object ->
                object.getMetadata().getOwnerReferences().stream()
                    .anyMatch(owner -> owner.getName().equals(fleet)))
        .toList();
  }

  private static List<String> names(List<? extends HasMetadata> objects) {
    return objects.stream().map(object -> object.getMetadata().getName()).toList();
  }
}
