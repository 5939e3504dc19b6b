package io.zonefleet.operator.status;

import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.zones.FleetState;

/**
 * What a status was made of at a look that found it written already. Most looks find the same
 * again, and need not make that status once more.
 */
public record Told(DeepSeekDeployment fleet, FleetState state, Known known) {
  /** Whether the same status would follow: time passes, and changes none that is written. */
  public boolean isAllOf(DeepSeekDeployment newest, FleetState decided, Known now) {
    return newest == fleet && decided.tellsTheSame(state) && now.tellsTheSame(known);
  }
}
