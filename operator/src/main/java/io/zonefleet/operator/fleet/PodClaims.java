package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.StorageMode;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The claims of single pods, in storage mode PerPod. */
public final class PodClaims {
  private PodClaims() {}

  /**
   * Replicas, bounded to the pods whose claims exist: one that is made for a new pod holds no
   * weights. In other storage modes all pods of a zone find theirs.
   *
   * @param spec replicas that the spec asks for, by zone: never fewer
   * @param replicas that are wanted, by the same zones
   * @param claims all claims of the fleet's namespace
   */
  public static Map<String, Integer> bound(
      DeepSeekDeployment fleet,
      Map<String, Integer> spec,
      Map<String, Integer> replicas,
      Collection<PersistentVolumeClaim> claims) {
    if (fleet.getSpec().storage() == null
        || fleet.getSpec().storage().mode() != StorageMode.PerPod) {
      return replicas;
    }
    var names = claims.stream().map(c -> c.getMetadata().getName()).collect(Collectors.toSet());
    return replicas.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                wanted -> {
                  int least = spec.get(wanted.getKey());
                  return Math.max(
                      least, Math.min(wanted.getValue(), claimed(fleet, wanted.getKey(), names)));
                }));
  }

  /** Pods from the first on whose claims exist, without a gap. */
  private static int claimed(DeepSeekDeployment fleet, String zone, Set<String> names) {
    int pods = 0;
    while (names.contains(Names.podClaim(fleet.getMetadata().getName(), zone, pods))) {
      pods++;
    }
    return pods;
  }
}
