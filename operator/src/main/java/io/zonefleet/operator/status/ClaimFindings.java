package io.zonefleet.operator.status;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.Storage;
import io.zonefleet.api.v1alpha1.StorageMode;
import io.zonefleet.api.v1alpha1.Zone;
import io.zonefleet.operator.fleet.Names;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is wrong with the claims that hold the weights. */
final class ClaimFindings {
  /** Provisioners take some seconds; a claim that waits longer waits for somebody. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * A claim that the fleet mounts.
   *
   * @param field that names it; empty for a claim that Zonefleet makes
   */
  private record Wanted(String name, Optional<String> zone, Optional<String> field) {}

  private ClaimFindings() {}

  static Stream<Finding> of(DeepSeekDeployment fleet, Surroundings around) {
    Map<String, PersistentVolumeClaim> claims =
        around.claims().stream()
            .collect(
                Collectors.toMap(
                    c -> c.getMetadata().getName(), Function.identity(), (first, second) -> first));
    return wanted(fleet).stream()
        .flatMap(w -> of(fleet, w, claims.get(w.name()), around.now()).stream());
  }

  private static List<Wanted> wanted(DeepSeekDeployment fleet) {
    var name = fleet.getMetadata().getName();
    var storage = Optional.ofNullable(fleet.getSpec().storage());
    var mode = storage.map(Storage::mode).orElse(StorageMode.PerZone);
    Map<String, String> given = storage.map(Storage::claims).orElse(Map.of());
    var wanted = new ArrayList<Wanted>();
    if (mode == StorageMode.Shared) {
      wanted.add(wanted(given, Names.SHARED_CLAIM, Names.weightsClaim(name), Optional.empty()));
      return wanted;
    }
    for (Zone zone : fleet.getSpec().zones()) {
      if (mode == StorageMode.PerZone || given.containsKey(zone.name())) {
        wanted.add(
            wanted(
                given,
                zone.name(),
                Names.weightsClaim(name, zone.name()),
                Optional.of(zone.name())));
      }
    }
    return wanted;
  }

  private static Wanted wanted(
      Map<String, String> given, String key, String made, Optional<String> zone) {
    return given.containsKey(key)
        ? new Wanted(given.get(key), zone, Optional.of("spec.storage.claims." + key))
        : new Wanted(made, zone, Optional.empty());
  }

  private static Optional<Finding> of(
      DeepSeekDeployment fleet, Wanted wanted, PersistentVolumeClaim claim, Instant now) {
    if (claim == null) {
      return wanted
          .field()
          .map(
              field ->
                  finding(
                      Finding.Reason.ClaimMissing,
                      wanted,
                      "claim %s (%s) does not exist in namespace %s; create it, or remove the entry to have one made"
                          .formatted(wanted.name(), field, fleet.getMetadata().getNamespace())));
    }
    var phase = claim.getStatus() == null ? null : claim.getStatus().getPhase();
    if ("Lost".equals(phase)) {
      return Optional.of(
          finding(
              Finding.Reason.ClaimLost,
              wanted,
              "claim %s has lost its volume %s; restore the volume, or delete the claim and load the weights again"
                  .formatted(wanted.name(), claim.getSpec().getVolumeName())));
    }
    if (!"Bound".equals(phase) && waitsTooLong(claim, now)) {
      return Optional.of(
          finding(
              Finding.Reason.ClaimNotBound,
              wanted,
              "claim %s is not bound to a volume (%s); see kubectl describe pvc %s -n %s"
                  .formatted(
                      wanted.name(),
                      storageClass(claim),
                      wanted.name(),
                      fleet.getMetadata().getNamespace())));
    }
    return Optional.empty();
  }

  private static String storageClass(PersistentVolumeClaim claim) {
    var name = claim.getSpec().getStorageClassName();
    return name == null || name.isEmpty()
        ? "it has no StorageClass: set spec.storage.storageClassName or a default class"
        : "StorageClass " + name;
  }

  private static boolean waitsTooLong(PersistentVolumeClaim claim, Instant now) {
    var created = claim.getMetadata().getCreationTimestamp();
    return created == null
        || Duration.between(Instant.parse(created), now).compareTo(PATIENCE) >= 0;
  }

  private static Finding finding(Finding.Reason reason, Wanted wanted, String message) {
    return new Finding(reason, wanted.zone(), message);
  }
}
