package io.zonefleet.operator.reconcile;

import static java.util.stream.Collectors.toMap;

import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.cluster.ClusterView;
import io.zonefleet.operator.fleet.PodClaims;
import io.zonefleet.operator.status.FleetPolicies;
import io.zonefleet.operator.status.StatusReader;
import io.zonefleet.operator.zones.Surge;
import io.zonefleet.operator.zones.ZoneSpec;
import java.time.InstantSource;
import java.util.Map;

/** The replicas of each fleet's zones, as its status has them to be now. */
final class Surges {
  private final ClusterView view;
  private final InstantSource clock;

  Surges(ClusterView view, InstantSource clock) {
    this.view = view;
    this.clock = clock;
  }

  /** By zone; never fewer than the spec asks for. */
  Map<String, Integer> replicas(DeepSeekDeployment fleet) {
    var policy = FleetPolicies.of(fleet.getSpec());
    var wanted = Surge.replicas(policy, StatusReader.state(fleet.getStatus()), clock.instant());
    return PodClaims.bound(
        fleet, asked(fleet), wanted, view.claims(fleet.getMetadata().getNamespace()));
  }

  /** Whether some zone has more than it asks for. */
  boolean isOn(DeepSeekDeployment fleet) {
    return !replicas(fleet).equals(asked(fleet));
  }

  private static Map<String, Integer> asked(DeepSeekDeployment fleet) {
    return FleetPolicies.of(fleet.getSpec()).zones().stream()
        .collect(toMap(ZoneSpec::name, ZoneSpec::replicas));
  }
}
