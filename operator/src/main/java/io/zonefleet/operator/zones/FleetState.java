package io.zonefleet.operator.zones;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The decision in force. Epoch, zones and switches are what {@code status} keeps; the rest may be
 * forgotten with a restart, and costs one confirmation time then.
 *
 * @param epoch decisions taken so far
 * @param switches the last 10, oldest first
 * @param degraded why nothing can be decided, when no zone looks alive
 * @param calmFailures each gateway's failed requests when nothing was in doubt, for the journal
 */
public record FleetState(
    long epoch,
    List<ZoneState> zones,
    List<Switch> switches,
    Optional<String> degraded,
    Map<String, Long> calmFailures) {
  public static final FleetState EMPTY =
      new FleetState(0, List.of(), List.of(), Optional.empty(), Map.of());

  public FleetState {
    zones = List.copyOf(zones);
    switches = List.copyOf(switches);
    calmFailures = Map.copyOf(calmFailures);
  }

  /** A zone as {@code status} keeps it; {@code flaps} is empty until its first pod was admitted. */
  public record Kept(
      String name, Role role, Instant since, String reason, Optional<Integer> flaps) {}

  /** The state that a status holds. A Suspect zone served if no Active one stands beside it. */
  public static FleetState restore(
      Policy policy, long epoch, List<Kept> zones, List<Switch> switches) {
    boolean anyActive = zones.stream().anyMatch(z -> z.role() == Role.Active);
    var lastMove = switches.isEmpty() ? "" : switches.getLast().to();
    var suspects = zones.stream().filter(z -> z.role() == Role.Suspect).map(Kept::name).toList();
    var served =
        suspects.contains(lastMove) ? List.of(lastMove) : suspects.stream().limit(1).toList();
    return new FleetState(
        epoch,
        zones.stream()
            .map(
                z -> {
                  boolean serves =
                      z.role() == Role.Active
                          || z.role() == Role.Suspect
                              && (policy == Policy.ActiveActive
                                  || !anyActive && served.contains(z.name()));
                  return new ZoneState(
                      z.name(),
                      z.role(),
                      z.since(),
                      z.reason(),
                      z.flaps().orElse(0),
                      z.flaps().isPresent(),
                      serves,
                      serves ? Optional.of(z.since()) : Optional.empty(),
                      Optional.empty(),
                      Optional.empty());
                })
            .toList(),
        switches,
        Optional.empty(),
        Map.of());
  }

  public Optional<ZoneState> zone(String name) {
    return zones.stream().filter(z -> z.name().equals(name)).findFirst();
  }

  /** Whether the front Service may send clients to this zone's gateways. */
  public boolean gatewaysServe(String zone) {
    return degraded.isPresent()
        || zone(zone)
            .map(
                z -> z.role() != Role.Lost && z.role() != Role.Returning && z.darkSince().isEmpty())
            .orElse(true);
  }
}
