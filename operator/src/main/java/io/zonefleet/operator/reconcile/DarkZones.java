package io.zonefleet.operator.reconcile;

import io.zonefleet.operator.traffic.FleetKey;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.ZoneState;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Zones that a quorum of some fleet's gateways has not seen for a while, as this replica knows. */
final class DarkZones {
  /** As long as the state machine wants a quorum to hold before it gives a zone up. */
  private static final Duration CONFIRMED = Duration.ofMillis(500);

  private final Map<FleetKey, Set<String>> byFleet = new ConcurrentHashMap<>();

  void note(FleetKey fleet, FleetState state, Instant now) {
    byFleet.put(
        fleet,
        state.zones().stream()
            .filter(z -> isDark(z, now))
            .map(ZoneState::name)
            .collect(Collectors.toUnmodifiableSet()));
  }

  void forget(FleetKey fleet) {
    byFleet.remove(fleet);
  }

  boolean contains(String zone) {
    return byFleet.values().stream().anyMatch(zones -> zones.contains(zone));
  }

  private static boolean isDark(ZoneState zone, Instant now) {
    return zone.darkSince()
        .filter(since -> Duration.between(since, now).compareTo(CONFIRMED) >= 0)
        .isPresent();
  }
}
