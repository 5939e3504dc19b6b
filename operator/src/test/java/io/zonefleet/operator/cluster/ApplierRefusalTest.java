package io.zonefleet.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.fleet.FleetObjects;
import io.zonefleet.operator.fleet.Fleets;
import io.zonefleet.operator.reconcile.ApiServer;
import io.zonefleet.operator.reconcile.ApiServerIsBuilt;
import io.zonefleet.operator.reconcile.SharedApiServer;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the applier leaves as it is, on a real API server, and what it tells the user. */
@ExtendWith({ApiServerIsBuilt.class, SharedApiServer.class})
class ApplierRefusalTest {
  private FleetNamespace cluster;

  @BeforeEach
  void makeNamespace(ApiServer server) {
    cluster = new FleetNamespace(server);
  }

  @Test
  void aNameThatAnotherFleetHoldsIsRefusedInWords() {
    cluster.apply(cluster.create(Fleets.named("chat", "{name: a}")));
    var versions = cluster.versions();

    // its front Service would be the headless Service of chat's zone a
    var applied = cluster.apply(cluster.create(Fleets.named("chat-a", "{name: b}")));

    assertThat(applied.refused())
        .containsExactly(
            "Service chat-a belongs to DeepSeekDeployment chat; rename the fleet or its zone");
    assertThat(cluster.versions())
        .as("the first fleet is as it was")
        .containsAllEntriesOf(versions);
  }

  @Test
  void aNameThatAStrangerHoldsIsRefusedInWords() {
    cluster
        .client
        .resource(
            new ServiceBuilder()
                .withNewMetadata()
                .withName("chat")
                .withNamespace(cluster.namespace)
                .endMetadata()
                .withNewSpec()
                .addNewPort()
                .withPort(1234)
                .endPort()
                .endSpec()
                .build())
        .create();

    var applied = cluster.apply(cluster.create(Fleets.chat()));

    assertThat(applied.refused())
        .containsExactly(
            "Service chat exists and was not made by Zonefleet; rename or delete it, or rename"
                + " the fleet or its zone");
    assertThat(
            cluster
                .client
                .services()
                .inNamespace(cluster.namespace)
                .withName("chat")
                .get()
                .getSpec()
                .getPorts()
                .getFirst()
                .getPort())
        .isEqualTo(1234);
  }

  @Test
  void aClaimOfTheSameNameIsNotTakenOver() {
    var claims = FleetObjects.of(cluster.create(Fleets.chat()), Fleets.SETTINGS);
    var claim =
        Serialization.clone(
            Fleets.find(claims, PersistentVolumeClaim.class, "chat-weights-zone-a"));
    claim.getMetadata().setLabels(Map.of());
    cluster.client.resource(claim).create();

    var applied =
        cluster.apply(
            cluster
                .client
                .resources(DeepSeekDeployment.class)
                .inNamespace(cluster.namespace)
                .withName("chat")
                .get());

    assertThat(applied.refused())
        .containsExactly(
            "PersistentVolumeClaim chat-weights-zone-a exists and was not made for this fleet; to"
                + " use it, name it in spec.storage.claims");
  }

  @Test
  void whatTheApiServerRefusesIsToldAndHoldsUpNothingElse() {
    var fleet = cluster.create(Fleets.chat("storage: {size: 20Gi}"));
    cluster.apply(fleet);

    var applied =
        cluster.apply(
            cluster.edit(
                fleet,
                yaml -> yaml.replace("size: 20Gi", "size: 10Gi") + "  replicasPerZone: 3\n"));

    assertThat(applied.refused())
        .hasSize(2)
        .first()
        .isEqualTo(
            "PersistentVolumeClaim chat-weights-zone-a: spec: Forbidden: spec is immutable after"
                + " creation except resources.requests and volumeAttributesClassName for bound"
                + " claims; set spec.storage back to what the claim has, or name another claim in"
                + " spec.storage.claims");
    assertThat(
            cluster
                .client
                .apps()
                .statefulSets()
                .inNamespace(cluster.namespace)
                .withName("chat-zone-b")
                .get()
                .getSpec()
                .getReplicas())
        .isEqualTo(3);
  }

  @Test
  void claimsOfSinglePodsThatCannotChangeAreToldWithAWayOut() {
    var fleet = cluster.create(Fleets.chat("storage: {mode: PerPod, size: 5Gi}"));
    cluster.apply(fleet);

    var applied = cluster.apply(cluster.edit(fleet, yaml -> yaml.replace("5Gi", "9Gi")));

    assertThat(applied.refused())
        .hasSize(2)
        .first()
        .asString()
        .startsWith("StatefulSet chat-zone-a: spec: Forbidden: updates to statefulset spec for")
        .endsWith(
            "; claims of single pods cannot change: set spec.storage back, or delete the"
                + " StatefulSet with --cascade=orphan, so that it is made anew over the pods that"
                + " run");
  }

  @Test
  void resourcesThatCannotBeAreToldAsTheApiServerPutsIt() {
    var fleet =
        cluster.create(Fleets.chat("server: {resources: {requests: {cpu: 2}, limits: {cpu: 1}}}"));

    assertThat(cluster.apply(fleet).refused())
        .contains(
            "StatefulSet chat-zone-a: spec.template.spec.containers[0].resources.requests: Invalid"
                + " value: \"2\": must be less than or equal to cpu limit of 1");
  }
}
