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

  /**
   * What zones have at one moment. A surge ends with time, so a second question may have another
   * answer.
   *
   * @param replicas by zone; never fewer than the spec asks for
   * @param isSurge whether some zone has more than it asks for
   */
  record Given(Map<String, Integer> replicas, boolean isSurge) {}

  Given now(DeepSeekDeployment fleet) {
    var policy = FleetPolicies.of(fleet.getSpec());
    var wanted = Surge.replicas(policy, StatusReader.state(fleet.getStatus()), clock.instant());
    var asked = asked(fleet);
    var replicas =
        PodClaims.bound(fleet, asked, wanted, view.claims(fleet.getMetadata().getNamespace()));
    return new Given(replicas, !replicas.equals(asked));
  }

  private static Map<String, Integer> asked(DeepSeekDeployment fleet) {
    return FleetPolicies.of(fleet.getSpec()).zones().stream()
        .collect(toMap(ZoneSpec::name, ZoneSpec::replicas));
  }
}
