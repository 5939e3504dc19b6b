package io.zonefleet.operator.reconcile;

import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.operator.status.StatusReader;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.ZoneState;
import java.util.Optional;

/**
 * What a replica remembers of one fleet between two looks: the decision in force, and since when it
 * doubts which zone. Doubts are kept by followers too, so that a new leader need not begin to doubt
 * when it takes over.
 */
final class FleetMemory {
  private FleetState state = FleetState.EMPTY;
  private DeepSeekDeploymentStatus read;
  private FleetState kept = FleetState.EMPTY;
  private String uid = "";
  private boolean led;

  /**
   * The decision in force. A follower takes it from the status that the leader wrote; so does a new
   * leader, and one whose fleet somebody else has decided upon meanwhile.
   */
  FleetState inForce(DeepSeekDeployment fleet, boolean leads) {
    // most looks find the very status that the look before found
    if (fleet.getStatus() != read) {
      read = fleet.getStatus();
      kept = StatusReader.state(read);
    }
    if (!uid.equals(fleet.getMetadata().getUid())) {
      uid = fleet.getMetadata().getUid();
      state = kept;
    } else if (!leads || !led || kept.epoch() > state.epoch()) {
      state = withDoubts(kept, state);
    }
    led = leads;
    return state;
  }

  /** The decision in force, as it was last found or kept. */
  FleetState state() {
    return state;
  }

  /** What was decided is in force from now on. */
  void keep(FleetState decided) {
    state = decided;
  }

  /** What was decided is not in force; what was seen stays known. */
  void doubt(FleetState decided) {
    state = withDoubts(state, decided);
  }

  private static FleetState withDoubts(FleetState decision, FleetState doubts) {
    return new FleetState(
        decision.epoch(),
        decision.zones().stream().map(z -> withDoubts(z, doubts.zone(z.name()))).toList(),
        decision.switches(),
        decision.degraded(),
        doubts.calmFailures(),
        doubts.blindSince(),
        doubts.lookedAt(),
        doubts.falseAlarms());
  }

  private static ZoneState withDoubts(ZoneState z, Optional<ZoneState> doubts) {
    return new ZoneState(
        z.name(),
        z.role(),
        z.since(),
        z.reason(),
        z.flaps(),
        z.started(),
        z.serving(),
        z.servingSince(),
        doubts.flatMap(ZoneState::firstDoubt),
        doubts.flatMap(ZoneState::darkSince),
        doubts.map(ZoneState::darkLooks).orElse(0));
  }
}
