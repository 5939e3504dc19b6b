package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.Locality;
import java.util.TreeMap;

/** The gateways and the Service that clients use. */
final class GatewayObjects {

  private GatewayObjects() {}

  static Deployment deployment(DeepSeekDeployment fleet, String zone, FleetSettings settings) {
    var name = fleet.getMetadata().getName();
    return new DeploymentBuilder()
        .withMetadata(
            Owned.meta(fleet, Names.gateway(name, zone), Labels.zone(name, Labels.GATEWAY, zone)))
        .withNewSpec()
        .withReplicas(fleet.getSpec().traffic().gateway().replicasPerZone())
        .withNewStrategy()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        // a new one serves before an old one leaves: with one per zone the zone keeps its gateway
        .withMaxUnavailable(new IntOrString(0))
        .withMaxSurge(new IntOrString(1))
        .endRollingUpdate()
        .endStrategy()
        .withNewSelector()
        .withMatchLabels(Labels.zoneSelector(name, Labels.GATEWAY, zone))
        .endSelector()
        .withTemplate(GatewayPod.template(fleet, zone, settings))
        .endSpec()
        .build();
  }

  static ConfigMap bootstrap(DeepSeekDeployment fleet, FleetSettings settings) {
    var name = fleet.getMetadata().getName();
    return new ConfigMapBuilder()
        .withMetadata(
            Owned.meta(fleet, Names.gateway(name), Labels.component(name, Labels.GATEWAY)))
        .withData(new TreeMap<>(settings.gatewayFiles()))
        .build();
  }

  /**
   * Sends clients to a gateway of their own zone, so that most never meet a dark zone. Without
   * gateways, to the pods that serve, and to those of their own zone only where that is asked for:
   * else clients that are all in one zone would use none but its pods.
   */
  static Service front(DeepSeekDeployment fleet, FrontDoor door) {
    var name = fleet.getMetadata().getName();
    boolean near =
        door.selects().equals(Labels.GATEWAY)
            || fleet.getSpec().traffic().locality() == Locality.PreferSameZone;
    var service =
        new ServiceBuilder()
            .withMetadata(
                Owned.meta(fleet, Names.front(name), Labels.component(name, Labels.GATEWAY)))
            .withNewSpec()
            .withType(fleet.getSpec().traffic().gateway().serviceType().name())
            .withTrafficDistribution(near ? "PreferSameZone" : null)
            .withSelector(Labels.servingSelector(name, door.selects()))
            .addNewPort()
            .withName(Names.HTTP_PORT)
            .withProtocol("TCP")
            .withPort(Names.FRONT_PORT)
            .withTargetPort(new IntOrString(Names.HTTP_PORT))
            .endPort()
            .endSpec()
            .build();
    var overrides = fleet.getSpec().template();
    PodOverrides.apply(service.getMetadata(), overrides == null ? null : overrides.service());
    return service;
  }
}
