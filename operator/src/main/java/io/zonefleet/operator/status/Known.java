package io.zonefleet.operator.status;

import io.zonefleet.operator.zones.Observation;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a status tells beside the decision in force.
 *
 * @param findings gravest first
 * @param digests of the weights that a pod of the zone has loaded, by zone
 * @param appliedGeneration of the resource whose objects were last applied in full; empty after a
 *     restart until then
 */
public record Known(
    Observation seen,
    List<Finding> findings,
    Map<String, String> digests,
    Optional<Long> appliedGeneration) {
  public Known {
    findings = List.copyOf(findings);
    digests = Map.copyOf(digests);
  }
}
