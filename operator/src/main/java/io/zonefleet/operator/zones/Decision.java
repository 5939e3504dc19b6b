package io.zonefleet.operator.zones;

import java.util.List;

/** The next state and what changed; no action and the same epoch mean that nothing was decided. */
public record Decision(FleetState state, List<Action> actions) {
  public Decision {
    actions = List.copyOf(actions);
  }
}
