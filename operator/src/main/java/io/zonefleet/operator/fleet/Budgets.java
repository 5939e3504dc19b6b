package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import java.util.Map;

/** What a drain of nodes may take at once. */
final class Budgets {

  private Budgets() {}

  /** One inference pod at a time in each zone. */
  static PodDisruptionBudget inference(DeepSeekDeployment fleet, String zone) {
    var name = fleet.getMetadata().getName();
    return oneAtATime(
        fleet,
        Names.inferenceBudget(name, zone),
        Labels.zone(name, Labels.INFERENCE, zone),
        Labels.zoneSelector(name, Labels.INFERENCE, zone));
  }

  /** One gateway at a time in the whole fleet. */
  static PodDisruptionBudget gateways(DeepSeekDeployment fleet) {
    var name = fleet.getMetadata().getName();
    return oneAtATime(
        fleet,
        Names.gateway(name),
        Labels.component(name, Labels.GATEWAY),
        Labels.componentSelector(name, Labels.GATEWAY));
  }

  private static PodDisruptionBudget oneAtATime(
      DeepSeekDeployment fleet,
      String name,
      Map<String, String> labels,
      Map<String, String> selector) {
    return new PodDisruptionBudgetBuilder()
        .withMetadata(Owned.meta(fleet, name, labels))
        .withNewSpec()
        .withMaxUnavailable(new IntOrString(1))
        // a pod that serves nobody must not hold up the drain of its node
        .withUnhealthyPodEvictionPolicy("AlwaysAllow")
        .withNewSelector()
        .withMatchLabels(selector)
        .endSelector()
        .endSpec()
        .build();
  }
}
