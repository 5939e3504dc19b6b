package io.zonefleet.operator.fleet;

import java.util.Map;

/**
 * What the operator's own configuration brings to every fleet.
 *
 * @param inferenceImage image of fleets that set no {@code spec.server.image}
 * @param gatewayImage Envoy's image, for fleets that set no {@code spec.traffic.gateway.image}
 * @param operatorNamespace namespace whose pods may read what gateways see and ask inference pods
 * @param gatewayFiles Envoy's bootstrap as YAML, by file name; the same for all fleets, for the
 *     node's name, fleet and zone come from the command line, its certificate from a Secret
 */
public record FleetSettings(
    String inferenceImage,
    String gatewayImage,
    String operatorNamespace,
    Map<String, String> gatewayFiles) {
  public FleetSettings {
    gatewayFiles = Map.copyOf(gatewayFiles);
  }
}
