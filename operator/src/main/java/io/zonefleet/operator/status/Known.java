package io.zonefleet.operator.status;

import io.zonefleet.operator.zones.Observation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a status tells beside the decision in force.
 *
 * @param findings gravest first
 * @param digests of the weights that a pod of the zone has loaded, by zone
 * @param appliedGeneration of the resource whose objects were last applied in full; empty after a
 *     restart until then
 * @param running the most requests that ran at once in the last minute; empty when nobody knows
 * @param replicas that zones were given, by zone; those of the spec where none is named
 */
public record Known(
    Observation seen,
    List<Finding> findings,
    Map<String, String> digests,
    Optional<Long> appliedGeneration,
    OptionalInt running,
    Map<String, Integer> replicas) {
  public Known {
    findings = List.copyOf(findings);
    digests = Map.copyOf(digests);
    replicas = Map.copyOf(replicas);
  }

  /** Of a fleet whose load nobody knows. */
  public Known(
      Observation seen,
      List<Finding> findings,
      Map<String, String> digests,
      Optional<Long> appliedGeneration) {
    this(seen, findings, digests, appliedGeneration, OptionalInt.empty(), Map.of());
  }

  /** Whether nothing but the time of the look differs. */
  boolean tellsTheSame(Known other) {
    return seen.showsTheSame(other.seen)
        && findings.equals(other.findings)
        && digests.equals(other.digests)
        && appliedGeneration.equals(other.appliedGeneration)
        && running.equals(other.running)
        && replicas.equals(other.replicas);
  }

  Known applied(Optional<Long> generation) {
    return new Known(seen, findings, digests, generation, running, replicas);
  }
}
