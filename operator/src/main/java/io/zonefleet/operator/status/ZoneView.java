package io.zonefleet.operator.status;

import io.zonefleet.operator.zones.FleetPolicy;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.Observation;
import io.zonefleet.operator.zones.Role;
import io.zonefleet.operator.zones.ZoneMachine;
import io.zonefleet.operator.zones.ZoneSpec;
import io.zonefleet.operator.zones.ZoneState;
import java.util.ArrayList;
import java.util.List;

/**
 * A zone of the spec beside what was decided and seen of it.
 *
 * @param ready pods that a gateway sees healthy
 * @param gatewayAnswers whether a gateway of the zone answers the operator
 */
record ZoneView(ZoneSpec spec, ZoneState state, int ready, boolean gatewayAnswers) {

  static List<ZoneView> of(FleetPolicy policy, FleetState state, Observation seen) {
    var views = new ArrayList<ZoneView>();
    for (var spec : policy.zones()) {
      state.zone(spec.name()).ifPresent(z -> views.add(of(spec, z, seen)));
    }
    return views;
  }

  private static ZoneView of(ZoneSpec spec, ZoneState state, Observation seen) {
    return new ZoneView(
        spec,
        state,
        ZoneMachine.admitted(spec.name(), seen),
        seen.gateways().stream().anyMatch(g -> g.reachable() && g.zone().equals(spec.name())));
  }

  String name() {
    return spec.name();
  }

  Role role() {
    return state.role();
  }

  /** Whether the zone could take all traffic now. */
  boolean canServe() {
    return ready > 0
        && switch (role()) {
          case Active, Standby, Suspect -> true;
          case Lost, Returning, Drained -> false;
        };
  }

  boolean isComplete() {
    return role() == Role.Drained
        || (ready >= spec.replicas() && role() != Role.Lost && role() != Role.Returning);
  }

  /** As {@code Active 1/2}. */
  String inShort() {
    return role() + " " + ready + "/" + spec.replicas();
  }

  String inWords() {
    return name() + " is " + role() + " (" + state.reason() + ")";
  }
}
