package io.zonefleet.operator.zones;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * All that is known of a fleet at one moment.
 *
 * @param nodes by zone
 */
public record Observation(
    Instant at, List<GatewayReport> gateways, List<PodReport> pods, Map<String, NodeReport> nodes) {
  public Observation {
    gateways = List.copyOf(gateways);
    pods = List.copyOf(pods);
    nodes = Map.copyOf(nodes);
  }
}
