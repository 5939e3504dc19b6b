package io.zonefleet.operator.zones;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The zone state machine: what was decided and what is seen now → what is decided now. Pure; the
 * time is the observation's.
 */
public final class ZoneMachine {
  private ZoneMachine() {}

  /** Decides once. The epoch of the result is that of {@code state}, or one more. */
  public static Decision decide(FleetPolicy policy, FleetState state, Observation seen) {
    return new ZoneStep(policy, state, seen, Testimony.ofAll(policy, state, seen)).decide();
  }

  /** Percent of its weight that each serving zone gets at {@code now}, for the traffic plan. */
  public static Map<String, Integer> rampPercents(
      FleetPolicy policy, FleetState state, Instant now) {
    boolean ramps = policy.policy() == Policy.ActiveActive;
    var percents = new HashMap<String, Integer>();
    for (var z : state.zones()) {
      if (z.serving()) {
        percents.put(z.name(), ramps ? z.rampPercent(policy.failback(), now) : 100);
      }
    }
    return percents;
  }

  /**
   * Healthy pods of a zone as the gateway that sees most of them counts them; without gateways,
   * those that the API server calls ready.
   */
  public static int admitted(String zone, Observation seen) {
    if (seen.withoutGateways()) {
      return (int) readyPods(zone, seen.pods());
    }
    int most = 0;
    for (var gateway : seen.gateways()) {
      most = Math.max(most, gateway.healthyIn(zone));
    }
    return most;
  }

  /** Whether clients without gateways may reach the pods of a zone, by the decision in force. */
  public static boolean podsServe(FleetPolicy policy, FleetState state, String zone) {
    boolean noShare =
        policy.policy() == Policy.ActiveActive
            && policy.zones().stream().anyMatch(z -> z.name().equals(zone) && z.weight() == 0);
    return !noShare && state.zone(zone).filter(ZoneState::serving).isPresent();
  }

  private static long readyPods(String zone, List<PodReport> pods) {
    return pods.stream()
        .filter(p -> p.zone().equals(zone) && p.ready() && !p.terminating())
        .count();
  }
}
