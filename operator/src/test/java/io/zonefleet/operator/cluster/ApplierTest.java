package io.zonefleet.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.zonefleet.operator.fleet.FleetObjects;
import io.zonefleet.operator.fleet.Fleets;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.reconcile.ApiServer;
import io.zonefleet.operator.reconcile.ApiServerIsBuilt;
import io.zonefleet.operator.reconcile.SharedApiServer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the applier makes of a real API server; no controller runs, so only it changes objects. */
@ExtendWith({ApiServerIsBuilt.class, SharedApiServer.class})
class ApplierTest {
  private FleetNamespace cluster;

  @BeforeEach
  void makeNamespace(ApiServer server) {
    cluster = new FleetNamespace(server);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "replicasPerZone: 2",
        "storage: {mode: Shared}",
        "storage: {mode: PerPod, storageClassName: fast, size: 1.5Gi}",
        "traffic: {gateway: {serviceType: LoadBalancer, replicasPerZone: 3}}",
        "server: {image: 'vllm/vllm-openai:v1', command: [vllm], args: [serve, /models/r1],"
            + " port: 8000, http2: false, env: [{name: HF_HUB_OFFLINE, value: '1'}],"
            + " resources: {limits: {cpu: 2000m, memory: 64Gi, nvidia.com/gpu: 1}}}",
        "template: {pod: {labels: {team: ml}, annotations: {a: b}, nodeSelector: {pool: gpu},"
            + " tolerations: [{key: gpu, operator: Exists}], priorityClassName: high,"
            + " securityContext: {runAsUser: 1000}}, service: {annotations: {lb: internal}}}"
      })
  void aSecondPassWritesNothing(String spec) {
    var fleet = cluster.create(Fleets.chat(spec));

    var first = cluster.apply(fleet);
    var versions = cluster.versions();
    var second = cluster.apply(fleet);

    assertThat(first.refused()).isEmpty();
    assertThat(first.written()).isEqualTo(FleetObjects.of(fleet, Fleets.SETTINGS).size());
    assertThat(second).isEqualTo(Applied.NOTHING);
    assertThat(cluster.versions()).isEqualTo(versions);
  }

  @Test
  void aZoneThatLeavesTakesItsObjectsAlongButNotItsClaim() {
    var three =
        cluster.create(
            Fleets.named("chat", "{name: zone-a}, {name: zone-b}, {name: zone-c, weight: 2}"));
    cluster.apply(three);
    var before = cluster.versions();

    var applied =
        cluster.apply(cluster.edit(three, yaml -> yaml.replace(", {name: zone-c, weight: 2}", "")));

    var gone = new TreeMap<>(before);
    gone.keySet().removeAll(cluster.versions().keySet());
    assertThat(gone)
        .containsOnlyKeys(
            "StatefulSet chat-zone-c",
            "Service chat-zone-c",
            "Service chat-zone-c-http",
            "Deployment chat-gateway-zone-c",
            "PodDisruptionBudget chat-inference-zone-c");
    assertThat(applied).isEqualTo(new Applied(0, 5, List.of(), List.of()));
    before.keySet().removeAll(gone.keySet());
    assertThat(cluster.versions())
        .as("nothing else was touched")
        .isEqualTo(before)
        .containsKey("PersistentVolumeClaim chat-weights-zone-c");
  }

  @Test
  void objectsOfOthersSurviveThatLookLikeTheFleets() {
    var fleet = cluster.create(Fleets.chat());
    cluster.apply(fleet);
    var lookalike =
        new ServiceBuilder()
            .withNewMetadata()
            .withName("lookalike")
            .withNamespace(cluster.namespace)
            .withLabels(Labels.fleet("chat"))
            .endMetadata()
            .withNewSpec()
            .addNewPort()
            .withPort(80)
            .endPort()
            .endSpec()
            .build();
    cluster.client.resource(lookalike).create();

    var applied = cluster.apply(fleet);

    assertThat(applied.pruned()).isZero();
    assertThat(cluster.client.services().inNamespace(cluster.namespace).withName("lookalike").get())
        .isNotNull();
  }

  @Test
  void fieldsOfOthersStayAndOursAreRestored() {
    var fleet = cluster.create(Fleets.chat());
    cluster.apply(fleet);
    var gateway =
        cluster
            .client
            .apps()
            .deployments()
            .inNamespace(cluster.namespace)
            .withName("chat-gateway-zone-a");
    gateway.edit(
        deployment ->
            new DeploymentBuilder(deployment)
                .editMetadata()
                .addToAnnotations("someone.example/note", "theirs")
                .endMetadata()
                .editSpec()
                .withReplicas(7)
                .withMinReadySeconds(4)
                .endSpec()
                .build());

    var applied = cluster.apply(fleet);

    assertThat(applied).isEqualTo(new Applied(1, 0, List.of(), List.of()));
    assertThat(gateway.get().getSpec().getReplicas()).isEqualTo(1);
    assertThat(gateway.get().getSpec().getMinReadySeconds()).isEqualTo(4);
    assertThat(gateway.get().getMetadata().getAnnotations())
        .containsEntry("someone.example/note", "theirs");
    assertThat(cluster.apply(fleet).changed()).isZero();
  }

  @Test
  void labelsThatSomeoneTookOffComeBack() {
    var fleet = cluster.create(Fleets.chat());
    cluster.apply(fleet);
    var front = cluster.client.services().inNamespace(cluster.namespace).withName("chat");
    var labels = front.get().getMetadata().getLabels();
    front.edit(
        service ->
            new ServiceBuilder(service).editMetadata().withLabels(Map.of()).endMetadata().build());

    assertThat(cluster.apply(fleet)).isEqualTo(new Applied(1, 0, List.of(), List.of()));
    assertThat(front.get().getMetadata().getLabels()).isEqualTo(labels);
  }

  @Test
  void aFieldThatTheSpecNoLongerSetsGoesAway() {
    var fleet = cluster.create(Fleets.chat("template: {statefulSet: {labels: {team: ml}}}"));
    cluster.apply(fleet);

    cluster.apply(
        cluster.edit(
            fleet, yaml -> yaml.replace("template: {statefulSet: {labels: {team: ml}}}", "")));

    var set =
        cluster
            .client
            .apps()
            .statefulSets()
            .inNamespace(cluster.namespace)
            .withName("chat-zone-a")
            .get();
    assertThat(set.getMetadata().getLabels()).doesNotContainKey("team");
  }

  @Test
  void theClaimsOfADeletedFleetServeTheNextOneOfItsName() {
    var first = cluster.create(Fleets.chat());
    cluster.apply(first);
    var claims = cluster.claimUids();
    FleetNamespace.KINDS.stream()
        .filter(kind -> kind != PersistentVolumeClaim.class)
        .forEach(
            kind ->
                cluster
                    .client
                    .resources(kind)
                    .inNamespace(cluster.namespace)
                    .withLabels(Map.of("app.kubernetes.io/instance", "chat"))
                    .delete());
    cluster.client.resource(first).delete();

    var applied = cluster.apply(cluster.create(Fleets.chat()));

    assertThat(applied.refused()).isEmpty();
    assertThat(cluster.claimUids()).isEqualTo(claims).hasSize(2);
  }

  @Test
  void podsChangeInOneZoneAfterTheOther() {
    var fleet = cluster.create(Fleets.chat());
    cluster.apply(fleet);
    podsRun("chat-zone-a");
    podsRun("chat-zone-b");

    var changed = cluster.edit(fleet, yaml -> yaml.replace("revision: r1", "revision: r2"));
    var first = cluster.apply(changed);

    assertThat(first.waits()).extracting(wait -> wait.zone()).containsExactly("zone-a");
    assertThat(partition("chat-zone-a")).isEqualTo(Integer.MAX_VALUE);
    assertThat(partition("chat-zone-b")).isZero();
    assertThat(cluster.apply(changed).changed())
        .as("a pass that only waits writes nothing")
        .isZero();

    podsRun("chat-zone-b");
    assertThat(cluster.apply(changed)).isEqualTo(new Applied(1, 0, List.of(), List.of()));
    assertThat(partition("chat-zone-a")).isZero();
  }

  /** Reports what the StatefulSet controller would once all pods run as the set says. */
  private void podsRun(String name) {
    cluster
        .client
        .apps()
        .statefulSets()
        .inNamespace(cluster.namespace)
        .withName(name)
        .editStatus(
            set ->
                new StatefulSetBuilder(set)
                    .withNewStatus()
                    .withObservedGeneration(set.getMetadata().getGeneration())
                    .withReplicas(1)
                    .withReadyReplicas(1)
                    .withAvailableReplicas(1)
                    .withUpdatedReplicas(1)
                    .endStatus()
                    .build());
  }

  private int partition(String name) {
    return cluster
        .client
        .apps()
        .statefulSets()
        .inNamespace(cluster.namespace)
        .withName(name)
        .get()
        .getSpec()
        .getUpdateStrategy()
        .getRollingUpdate()
        .getPartition();
  }

  @Test
  void aFleetThatIsBeingDeletedIsLeftAlone() {
    var fleet = cluster.create(Fleets.chat());
    fleet.getMetadata().setDeletionTimestamp("2026-11-24T00:00:00Z");

    assertThat(cluster.apply(fleet)).isEqualTo(Applied.NOTHING);
    assertThat(cluster.versions().keySet()).noneMatch(key -> key.contains("chat"));
  }
}
