package io.zonefleet.operator.status;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Pod;
import io.zonefleet.operator.zones.Observation;
import java.time.Instant;
import java.util.List;

/**
 * What the API server holds around one fleet.
 *
 * @param inference the fleet's inference pods
 * @param gateways the fleet's gateway pods
 * @param claims all claims of the fleet's namespace
 * @param nodes all nodes of the cluster
 * @param seen what gateways report, at the same moment
 */
public record Surroundings(
    List<Pod> inference,
    List<Pod> gateways,
    List<PersistentVolumeClaim> claims,
    List<Node> nodes,
    Observation seen) {
  public Surroundings {
    inference = List.copyOf(inference);
    gateways = List.copyOf(gateways);
    claims = List.copyOf(claims);
    nodes = List.copyOf(nodes);
  }

  Instant now() {
    return seen.at();
  }
}
