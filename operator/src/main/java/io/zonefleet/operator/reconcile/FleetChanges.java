package io.zonefleet.operator.reconcile;

import io.javaoperatorsdk.operator.processing.event.source.filter.OnUpdateFilter;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.ZoneStatus;
import java.util.List;
import java.util.Objects;

/**
 * Which changes of a resource its objects follow: those of the spec, and those of a zone's role, on
 * which a surge depends. The rest of the status is written often and concerns no object.
 */
public final class FleetChanges implements OnUpdateFilter<DeepSeekDeployment> {
  @Override
  public boolean accept(DeepSeekDeployment now, DeepSeekDeployment before) {
    return !Objects.equals(now.getMetadata().getGeneration(), before.getMetadata().getGeneration())
        || !Objects.equals(now.getMetadata().getUid(), before.getMetadata().getUid())
        || now.isMarkedForDeletion() != before.isMarkedForDeletion()
        || !roles(now).equals(roles(before));
  }

  private static List<String> roles(DeepSeekDeployment fleet) {
    var status = fleet.getStatus();
    return status == null || status.zones() == null
        ? List.of()
        : status.zones().stream().map(FleetChanges::role).toList();
  }

  private static String role(ZoneStatus zone) {
    return zone.name() + " " + zone.role();
  }
}
