package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The ConfigMap with the plan that a fleet's gateways start from. */
public final class GatewayPlan {
  private GatewayPlan() {}

  /**
   * It changes with the traffic, not with the resource; so it lacks the label by which the
   * reconciler watches a fleet's objects, and removes those that it does not want.
   */
  public static ConfigMap of(DeepSeekDeployment fleet, Map<String, byte[]> files) {
    var name = fleet.getMetadata().getName();
    var labels = Labels.componentSelector(name, Labels.GATEWAY);
    return new ConfigMapBuilder()
        .withMetadata(Owned.meta(fleet, Names.gatewayPlan(name), labels))
        .withBinaryData(
            files.entrySet().stream()
                .collect(
                    Collectors.toMap(
                        Map.Entry::getKey,
                        file -> Base64.getEncoder().encodeToString(file.getValue()),
                        (a, b) -> a,
                        TreeMap::new)))
        .build();
  }
}
