package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.Zone;
import java.util.List;
import java.util.Map;

/** A zone's inference pods and the Services that reach them past the gateways. */
final class InferenceObjects {

  private InferenceObjects() {}

  static List<HasMetadata> of(
      DeepSeekDeployment fleet, Zone zone, Map<String, Integer> replicas, FleetSettings settings) {
    int asked = zone.replicas() == null ? fleet.getSpec().replicasPerZone() : zone.replicas();
    return List.of(
        statefulSet(fleet, zone, replicas.getOrDefault(zone.name(), asked), settings),
        headless(fleet, zone.name()),
        http(fleet, zone.name()));
  }

  private static StatefulSet statefulSet(
      DeepSeekDeployment fleet, Zone zone, int replicas, FleetSettings settings) {
    var name = fleet.getMetadata().getName();
    var pods = InferencePod.template(fleet, zone.name(), settings);
    var set =
        new StatefulSetBuilder()
            .withMetadata(
                Owned.meta(
                    fleet,
                    Names.inference(name, zone.name()),
                    Labels.zone(name, Labels.INFERENCE, zone.name())))
            .editMetadata()
            .addToAnnotations(Labels.PODS_DIGEST, Digest.of(pods))
            .endMetadata()
            .withNewSpec()
            .withServiceName(Names.inference(name, zone.name()))
            .withReplicas(replicas)
            // by then gateways have admitted a new pod, and the next one may go
            .withMinReadySeconds(3)
            // pods know nothing of each other, so none waits for another to start
            .withPodManagementPolicy("Parallel")
            .withNewUpdateStrategy()
            .withType("RollingUpdate")
            .endUpdateStrategy()
            .withNewPersistentVolumeClaimRetentionPolicy()
            .withWhenDeleted("Retain")
            .withWhenScaled("Retain")
            .endPersistentVolumeClaimRetentionPolicy()
            .withNewSelector()
            .withMatchLabels(Labels.zoneSelector(name, Labels.INFERENCE, zone.name()))
            .endSelector()
            .withTemplate(pods)
            .withVolumeClaimTemplates(Weights.templates(fleet, zone.name()))
            .endSpec()
            .build();
    var overrides = fleet.getSpec().template();
    PodOverrides.apply(set.getMetadata(), overrides == null ? null : overrides.statefulSet());
    return set;
  }

  /** Gives each pod a name in DNS, whether ready or not. */
  private static Service headless(DeepSeekDeployment fleet, String zone) {
    var name = fleet.getMetadata().getName();
    return service(fleet, zone, Names.inference(name, zone), fleet.getSpec().server().port())
        .editSpec()
        .withClusterIP("None")
        .withPublishNotReadyAddresses(true)
        .endSpec()
        .build();
  }

  /** Reaches the zone's ready pods without a gateway, to ask one zone on purpose. */
  private static Service http(DeepSeekDeployment fleet, String zone) {
    return service(
            fleet, zone, Names.zoneHttp(fleet.getMetadata().getName(), zone), Names.FRONT_PORT)
        .editSpec()
        .withType("ClusterIP")
        .endSpec()
        .build();
  }

  private static ServiceBuilder service(
      DeepSeekDeployment fleet, String zone, String serviceName, int port) {
    var name = fleet.getMetadata().getName();
    return new ServiceBuilder()
        .withMetadata(Owned.meta(fleet, serviceName, Labels.zone(name, Labels.INFERENCE, zone)))
        .withNewSpec()
        .withSelector(Labels.zoneSelector(name, Labels.INFERENCE, zone))
        .addNewPort()
        .withName(Names.HTTP_PORT)
        .withProtocol("TCP")
        .withPort(port)
        .withTargetPort(new IntOrString(Names.HTTP_PORT))
        .endPort()
        .endSpec();
  }
}
