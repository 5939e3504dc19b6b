package io.zonefleet.operator.zones;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * All that is known of a fleet at one moment.
 *
 * @param nodes by zone
 * @param direct clients reach inference pods without a gateway, so that what gateways see does not
 *     count
 */
public record Observation(
    Instant at,
    List<GatewayReport> gateways,
    List<PodReport> pods,
    Map<String, NodeReport> nodes,
    boolean direct) {
  public Observation {
    gateways = List.copyOf(gateways);
    pods = List.copyOf(pods);
    nodes = Map.copyOf(nodes);
  }

  /** Of a fleet whose clients reach gateways. */
  public Observation(
      Instant at,
      List<GatewayReport> gateways,
      List<PodReport> pods,
      Map<String, NodeReport> nodes) {
    this(at, gateways, pods, nodes, false);
  }

  /** Whether nothing but the time differs. */
  public boolean showsTheSame(Observation other) {
    return direct == other.direct
        && gateways.equals(other.gateways)
        && pods.equals(other.pods)
        && nodes.equals(other.nodes);
  }

  /** Whether the API server is the only witness. */
  boolean withoutGateways() {
    return direct || gateways.isEmpty();
  }

  /** Whether a zone has nodes, and none of them is ready. */
  boolean nodesGone(String zone) {
    var report = nodes.get(zone);
    return report != null && report.total() > 0 && report.ready() == 0;
  }
}
