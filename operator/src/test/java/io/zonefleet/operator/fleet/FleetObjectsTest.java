package io.zonefleet.operator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The fleet as a whole: which objects there are, whose they are, and who may talk to whom. */
class FleetObjectsTest {

  @Test
  void aFleetOfTwoZonesIsTheseObjects() {
    assertThat(Fleets.objects(Fleets.chat()))
        .extracting(object -> object.getKind() + " " + object.getMetadata().getName())
        .containsExactly(
            "ServiceAccount chat-inference",
            "ServiceAccount chat-gateway",
            "NetworkPolicy chat-inference",
            "NetworkPolicy chat-gateway",
            "ConfigMap chat-gateway",
            "PersistentVolumeClaim chat-weights-zone-a",
            "PersistentVolumeClaim chat-weights-zone-b",
            "Service chat",
            "PodDisruptionBudget chat-gateway",
            "PodDisruptionBudget chat-inference-zone-a",
            "StatefulSet chat-zone-a",
            "Service chat-zone-a",
            "Service chat-zone-a-http",
            "Deployment chat-gateway-zone-a",
            "PodDisruptionBudget chat-inference-zone-b",
            "StatefulSet chat-zone-b",
            "Service chat-zone-b",
            "Service chat-zone-b-http",
            "Deployment chat-gateway-zone-b");
  }

  @Test
  void withoutGatewaysTheFrontServiceSelectsInferencePods() {
    var objects = Fleets.objects(Fleets.chat(NO_GATEWAYS));

    assertThat(objects)
        .extracting(object -> object.getKind() + " " + object.getMetadata().getName())
        .containsExactly(
            "ServiceAccount chat-inference",
            "NetworkPolicy chat-inference",
            "PersistentVolumeClaim chat-weights-zone-a",
            "PersistentVolumeClaim chat-weights-zone-b",
            "Service chat",
            "PodDisruptionBudget chat-inference-zone-a",
            "StatefulSet chat-zone-a",
            "Service chat-zone-a",
            "Service chat-zone-a-http",
            "PodDisruptionBudget chat-inference-zone-b",
            "StatefulSet chat-zone-b",
            "Service chat-zone-b",
            "Service chat-zone-b-http");
    var front = Fleets.find(objects, Service.class, "chat").getSpec();
    assertThat(front.getSelector())
        .containsEntry("app.kubernetes.io/component", "inference")
        .containsEntry("zonefleet.io/serving", "true");
    assertThat(front.getTrafficDistribution())
        .as("clients that are all in one zone are to use every zone's pods")
        .isNull();
    var rule =
        Fleets.find(objects, NetworkPolicy.class, "chat-inference")
            .getSpec()
            .getIngress()
            .getFirst();
    assertThat(rule.getFrom()).as("everybody asks the pods").isEmpty();
    assertThat(port(rule)).isEqualTo(8080);
  }

  @Test
  void withoutGatewaysClientsStayInTheirZoneWhereThatIsAskedFor() {
    var objects =
        Fleets.objects(
            Fleets.chat(
                "traffic: {policy: ActiveActive, locality: PreferSameZone, gateway: {mode:"
                    + " Disabled}}"));
    assertThat(Fleets.find(objects, Service.class, "chat").getSpec().getTrafficDistribution())
        .isEqualTo("PreferSameZone");
  }

  /** Else a change of the mode would restart every pod. */
  @Test
  void podsAreTheSameWithAndWithoutGateways() {
    assertThat(
            Fleets.find(Fleets.objects(Fleets.chat(NO_GATEWAYS)), StatefulSet.class, "chat-zone-a"))
        .isEqualTo(Fleets.find(Fleets.objects(Fleets.chat()), StatefulSet.class, "chat-zone-a"));
  }

  @Test
  void whileTheFrontServiceTurnsGatewaysAndPodsAreThereForClients() {
    for (var selects : List.of(Labels.GATEWAY, Labels.INFERENCE)) {
      var objects =
          FleetObjects.of(
              Fleets.parse(Fleets.chat(NO_GATEWAYS)),
              Fleets.SETTINGS,
              new FrontDoor(selects, false),
              Map.of());
      assertThat(Fleets.find(objects, Service.class, "chat").getSpec().getSelector())
          .containsEntry("app.kubernetes.io/component", selects);
      assertThat(objects).filteredOn(Deployment.class::isInstance).hasSize(2);
      assertThat(
              Fleets.find(objects, NetworkPolicy.class, "chat-inference")
                  .getSpec()
                  .getIngress()
                  .getFirst()
                  .getFrom())
          .isEmpty();
    }
  }

  private static final String NO_GATEWAYS = "traffic: {gateway: {mode: Disabled}}";

  @Test
  void aSurgeChangesReplicasAndNothingElse() {
    var fleet = Fleets.parse(Fleets.chat("replicasPerZone: 2"));
    var surged =
        FleetObjects.of(fleet, Fleets.SETTINGS, FrontDoor.asked(fleet), Map.of("zone-b", 4));
    var set = Fleets.find(surged, StatefulSet.class, "chat-zone-b");

    assertThat(set.getSpec().getReplicas()).isEqualTo(4);
    set.getSpec().setReplicas(2);
    assertThat(surged).isEqualTo(Fleets.objects(fleet));
  }

  @Test
  void everythingButClaimsGoesWithTheFleet() {
    assertThat(Fleets.objects(Fleets.chat()))
        .filteredOn(object -> !(object instanceof PersistentVolumeClaim))
        .allSatisfy(
            object ->
                assertThat(object.getMetadata().getOwnerReferences())
                    .singleElement()
                    .satisfies(
                        owner -> {
                          assertThat(owner.getApiVersion()).isEqualTo("zonefleet.io/v1alpha1");
                          assertThat(owner.getKind()).isEqualTo("DeepSeekDeployment");
                          assertThat(owner.getName()).isEqualTo("chat");
                          assertThat(owner.getUid()).isEqualTo("uid-of-chat");
                          assertThat(owner.getController()).isTrue();
                        }));
  }

  @Test
  void everyObjectTellsItsFleetAndItsComponent() {
    assertThat(Fleets.objects(Fleets.chat()))
        .allSatisfy(
            object ->
                assertThat(object.getMetadata().getLabels())
                    .containsEntry("app.kubernetes.io/name", "deepseek")
                    .containsEntry("app.kubernetes.io/instance", "chat")
                    .containsEntry("app.kubernetes.io/managed-by", "zonefleet")
                    .containsKey("app.kubernetes.io/component"));
  }

  @Test
  void theSameResourceGivesTheSameObjects() {
    assertThat(Fleets.objects(Fleets.chat())).isEqualTo(Fleets.objects(Fleets.chat()));
  }

  @Test
  void nodesAreDrainedOfOnePodAtATime() {
    var objects = Fleets.objects(Fleets.chat());
    var zone = Fleets.find(objects, PodDisruptionBudget.class, "chat-inference-zone-a").getSpec();
    var gateways = Fleets.find(objects, PodDisruptionBudget.class, "chat-gateway").getSpec();

    assertThat(zone.getMaxUnavailable().getIntVal()).isEqualTo(1);
    assertThat(zone.getSelector().getMatchLabels())
        .containsEntry("zonefleet.io/zone", "zone-a")
        .containsEntry("app.kubernetes.io/component", "inference");
    assertThat(gateways.getMaxUnavailable().getIntVal()).isEqualTo(1);
    assertThat(gateways.getSelector().getMatchLabels())
        .as("one gateway in the whole fleet")
        .containsEntry("app.kubernetes.io/component", "gateway")
        .doesNotContainKey("zonefleet.io/zone");
  }

  @Test
  void onlyGatewaysAndTheOperatorAskInferencePods() {
    var objects = Fleets.objects(Fleets.chat("server: {port: 9000}"));
    var rule =
        Fleets.find(objects, NetworkPolicy.class, "chat-inference")
            .getSpec()
            .getIngress()
            .getFirst();

    assertThat(port(rule)).isEqualTo(9000);
    assertThat(rule.getFrom()).hasSize(2);
    assertThat(rule.getFrom().getFirst().getPodSelector().getMatchLabels())
        .containsEntry("app.kubernetes.io/component", "gateway")
        .containsEntry("app.kubernetes.io/instance", "chat");
    assertThat(rule.getFrom().getLast().getNamespaceSelector().getMatchLabels())
        .containsEntry("kubernetes.io/metadata.name", "zonefleet-system");
  }

  @Test
  void everybodyAsksGatewaysButOnlyTheOperatorSeesWhatTheySee() {
    var rules =
        Fleets.find(Fleets.objects(Fleets.chat()), NetworkPolicy.class, "chat-gateway")
            .getSpec()
            .getIngress();

    assertThat(port(rules.getFirst())).isEqualTo(8000);
    assertThat(rules.getFirst().getFrom()).isEmpty();
    assertThat(port(rules.getLast())).isEqualTo(9902);
    assertThat(rules.getLast().getFrom())
        .singleElement()
        .satisfies(
            peer ->
                assertThat(peer.getNamespaceSelector().getMatchLabels())
                    .containsEntry("kubernetes.io/metadata.name", "zonefleet-system"));
  }

  @Test
  void noPodGetsATokenForTheApiServer() {
    assertThat(Fleets.objects(Fleets.chat()))
        .filteredOn(ServiceAccount.class::isInstance)
        .hasSize(2)
        .allSatisfy(
            account ->
                assertThat(((ServiceAccount) account).getAutomountServiceAccountToken()).isFalse());
  }

  private static int port(NetworkPolicyIngressRule rule) {
    return rule.getPorts().getFirst().getPort().getIntVal();
  }
}
