package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import java.util.List;

/** Who pods are, and who may talk to them. Policies add up: a user may allow more beside these. */
final class Access {
  private static final String NAMESPACE_NAME = "kubernetes.io/metadata.name";

  private Access() {}

  static List<HasMetadata> of(DeepSeekDeployment fleet, FleetSettings settings, FrontDoor door) {
    var name = fleet.getMetadata().getName();
    var pods = account(fleet, Names.inference(name), Labels.INFERENCE);
    var policy = door.podsAreOpen() ? openInference(fleet) : inference(fleet, settings);
    return door.gateways()
        ? List.of(
            pods,
            account(fleet, Names.gateway(name), Labels.GATEWAY),
            policy,
            gateways(fleet, settings))
        : List.of(pods, policy);
  }

  /** Pods need nothing of the API server, so they get no token for it. */
  private static ServiceAccount account(
      DeepSeekDeployment fleet, String accountName, String component) {
    return new ServiceAccountBuilder()
        .withMetadata(
            Owned.meta(
                fleet, accountName, Labels.component(fleet.getMetadata().getName(), component)))
        .withAutomountServiceAccountToken(false)
        .build();
  }

  private static NetworkPolicy inference(DeepSeekDeployment fleet, FleetSettings settings) {
    var name = fleet.getMetadata().getName();
    return policy(fleet, Names.inference(name), Labels.INFERENCE)
        .editSpec()
        .addNewIngress()
        .addNewFrom()
        .withNewPodSelector()
        .withMatchLabels(Labels.componentSelector(name, Labels.GATEWAY))
        .endPodSelector()
        .endFrom()
        .addToFrom(operator(settings))
        .addNewPort()
        .withProtocol("TCP")
        .withPort(new IntOrString(fleet.getSpec().server().port()))
        .endPort()
        .endIngress()
        .endSpec()
        .build();
  }

  /** Clients reach pods without a gateway, so everybody may ask them. */
  private static NetworkPolicy openInference(DeepSeekDeployment fleet) {
    return policy(fleet, Names.inference(fleet.getMetadata().getName()), Labels.INFERENCE)
        .editSpec()
        .addNewIngress()
        .addNewPort()
        .withProtocol("TCP")
        .withPort(new IntOrString(fleet.getSpec().server().port()))
        .endPort()
        .endIngress()
        .endSpec()
        .build();
  }

  private static NetworkPolicy gateways(DeepSeekDeployment fleet, FleetSettings settings) {
    return policy(fleet, Names.gateway(fleet.getMetadata().getName()), Labels.GATEWAY)
        .editSpec()
        .addNewIngress()
        .addNewPort()
        .withProtocol("TCP")
        .withPort(new IntOrString(Names.GATEWAY_PORT))
        .endPort()
        .endIngress()
        .addNewIngress()
        .addToFrom(operator(settings))
        .addNewPort()
        .withProtocol("TCP")
        .withPort(new IntOrString(Names.GATEWAY_MONITOR_PORT))
        .endPort()
        .endIngress()
        .endSpec()
        .build();
  }

  private static NetworkPolicyBuilder policy(
      DeepSeekDeployment fleet, String policyName, String component) {
    var name = fleet.getMetadata().getName();
    return new NetworkPolicyBuilder()
        .withMetadata(Owned.meta(fleet, policyName, Labels.component(name, component)))
        .withNewSpec()
        .withNewPodSelector()
        .withMatchLabels(Labels.componentSelector(name, component))
        .endPodSelector()
        .withPolicyTypes("Ingress")
        .endSpec();
  }

  private static NetworkPolicyPeer operator(FleetSettings settings) {
    return new NetworkPolicyPeerBuilder()
        .withNewNamespaceSelector()
        .addToMatchLabels(NAMESPACE_NAME, settings.operatorNamespace())
        .endNamespaceSelector()
        .build();
  }
}
