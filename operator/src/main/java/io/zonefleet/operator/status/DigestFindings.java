package io.zonefleet.operator.status;

import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.api.v1alpha1.Zone;
import io.zonefleet.api.v1alpha1.ZoneStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Zones that serve other weights than the fleet's. Pods enforce a digest that the spec gives;
 * without one the digest of a revision's first load is recorded, and what differs from it is told.
 */
public final class DigestFindings {
  private DigestFindings() {}

  /**
   * @param loaded digests that pods have told, by zone
   */
  public static List<Finding> of(DeepSeekDeployment fleet, Map<String, String> loaded) {
    var expected = expected(fleet, loaded);
    return loaded.entrySet().stream()
        .filter(zone -> expected.filter(digest -> !digest.equals(zone.getValue())).isPresent())
        .map(zone -> finding(fleet, zone.getKey(), zone.getValue(), expected.orElseThrow()))
        .toList();
  }

  /** The digest recorded for a zone's present revision. */
  static Optional<String> recorded(DeepSeekDeployment fleet, String zone) {
    return recorded(fleet).filter(z -> z.name().equals(zone)).map(ZoneStatus::digest).findFirst();
  }

  private static Optional<String> expected(DeepSeekDeployment fleet, Map<String, String> loaded) {
    return Optional.ofNullable(fleet.getSpec().model().digest())
        .or(() -> recorded(fleet).map(ZoneStatus::digest).findFirst())
        .or(
            () ->
                fleet.getSpec().zones().stream()
                    .map(Zone::name)
                    .filter(loaded::containsKey)
                    .map(loaded::get)
                    .findFirst());
  }

  private static Stream<ZoneStatus> recorded(DeepSeekDeployment fleet) {
    return Optional.ofNullable(fleet.getStatus())
        .map(DeepSeekDeploymentStatus::zones)
        .orElse(List.of())
        .stream()
        .filter(z -> fleet.getSpec().model().revision().equals(z.revision()))
        .filter(z -> z.digest() != null);
  }

  private static Finding finding(
      DeepSeekDeployment fleet, String zone, String loaded, String expected) {
    return Finding.ofZone(
        Finding.Reason.DigestMismatch,
        zone,
        "its pods have loaded revision %s with digest %s, the fleet's is %s; load the same files in every zone, or give the new weights a new spec.model.revision"
            .formatted(fleet.getSpec().model().revision(), loaded, expected));
  }
}
