package io.zonefleet.operator.zones;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Pods that zones have, with those that they are given while they serve for a zone that was lost.
 * It follows from the decision in force alone, so whoever leads comes to the same.
 */
public final class Surge {
  private final FleetPolicy policy;
  private final FleetState state;
  private final Instant now;

  private Surge(FleetPolicy policy, FleetState state, Instant now) {
    this.policy = policy;
    this.state = state;
    this.now = now;
  }

  /**
   * Replicas of each zone of the spec: as many as it asks for, or more.
   *
   * <p>In ActiveStandby the zone that serves gets as many as the largest zone that it stands in
   * for. In ActiveActive the lost zones' pods are spread over the zones that share, in proportion
   * to their shares, rounded up. A zone that was lost is stood in for until it has all of its
   * traffic again. A drain is no loss.
   */
  public static Map<String, Integer> replicas(FleetPolicy policy, FleetState state, Instant now) {
    return new Surge(policy, state, now).replicas();
  }

  private Map<String, Integer> replicas() {
    var away = policy.zones().stream().filter(this::isAway).toList();
    return policy.zones().stream()
        .collect(
            Collectors.toMap(
                ZoneSpec::name,
                zone -> policy.maxSurge().isEmpty() ? zone.replicas() : surged(zone, away)));
  }

  private int surged(ZoneSpec zone, List<ZoneSpec> away) {
    int most = Math.max(zone.replicas(), policy.maxSurge().getAsInt());
    if (away.isEmpty() || away.contains(zone) || !serves(zone)) {
      return zone.replicas();
    }
    return Math.clamp(wanted(zone, away), zone.replicas(), most);
  }

  private long wanted(ZoneSpec zone, List<ZoneSpec> away) {
    if (policy.policy() == Policy.ActiveStandby) {
      return away.stream()
          .filter(lost -> policy.zones().indexOf(lost) < policy.zones().indexOf(zone))
          .mapToLong(ZoneSpec::replicas)
          .max()
          .orElse(0);
    }
    long missing = away.stream().filter(z -> z.weight() > 0).mapToLong(ZoneSpec::replicas).sum();
    long shares =
        policy.zones().stream()
            .filter(z -> serves(z) && !away.contains(z))
            .mapToLong(Surge::share)
            .sum();
    return shares == 0
        ? zone.replicas()
        : zone.replicas() + Math.ceilDiv(missing * share(zone), shares);
  }

  private static long share(ZoneSpec zone) {
    return (long) zone.weight() * zone.replicas();
  }

  private boolean serves(ZoneSpec zone) {
    return state.zone(zone.name()).filter(ZoneState::serving).isPresent();
  }

  /** Whether a zone was lost and has not all of its traffic back. */
  private boolean isAway(ZoneSpec zone) {
    return state.zone(zone.name()).filter(this::isAway).isPresent();
  }

  private boolean isAway(ZoneState zone) {
    boolean wasLost = zone.flaps() > 0;
    return switch (zone.role()) {
      case Lost -> true;
      case Returning -> wasLost;
      case Active, Standby, Suspect -> wasLost && (zone.serving() ? isRamping(zone) : true);
      case Drained -> false;
    };
  }

  private boolean isRamping(ZoneState zone) {
    return policy.policy() == Policy.ActiveActive && zone.rampPercent(policy.failback(), now) < 100;
  }
}
