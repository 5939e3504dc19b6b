package io.zonefleet.operator.zones;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The decision in force. Epoch, zones and switches are what {@code status} keeps; the rest may be
 * forgotten with a restart, and costs one confirmation time then.
 *
 * @param epoch decisions taken so far
 * @param switches the last 10, oldest first
 * @param degraded why nothing can be decided, when no zone looks alive
 * @param calmFailures each gateway's failed requests when nothing was in doubt, for the journal
 * @param blindSince since when no look has shown any zone alive
 * @param lookedAt when this was decided or confirmed; the same look again is no confirmation
 * @param falseAlarms when the last doubts passed that were none, {@value #UNSTEADY} at most
 */
public record FleetState(
    long epoch,
    List<ZoneState> zones,
    List<Switch> switches,
    Optional<String> degraded,
    Map<String, Long> calmFailures,
    Optional<Instant> blindSince,
    Instant lookedAt,
    List<Instant> falseAlarms) {
  /** So many false alarms within {@link #REMEMBERED} tell of a network or a node that is unwell. */
  static final int UNSTEADY = 3;

  private static final Duration REMEMBERED = Duration.ofMinutes(1);

  public static final FleetState EMPTY =
      new FleetState(0, List.of(), List.of(), Optional.empty(), Map.of());

  /** A state of which no look has been taken yet. */
  public FleetState(
      long epoch,
      List<ZoneState> zones,
      List<Switch> switches,
      Optional<String> degraded,
      Map<String, Long> calmFailures) {
    this(
        epoch, zones, switches, degraded, calmFailures, Optional.empty(), Instant.EPOCH, List.of());
  }

  public FleetState {
    zones = List.copyOf(zones);
    switches = List.copyOf(switches);
    calmFailures = Map.copyOf(calmFailures);
    falseAlarms = List.copyOf(falseAlarms);
  }

  /** A zone as {@code status} keeps it; {@code flaps} is empty until its first pod was admitted. */
  public record Kept(
      String name, Role role, Instant since, String reason, Optional<Integer> flaps) {}

  /**
   * The state that a status holds.
   *
   * @param serving zones that the decision in force gives traffic; Active ones always do
   */
  public static FleetState restore(
      long epoch, List<Kept> zones, List<Switch> switches, Set<String> serving) {
    return new FleetState(
        epoch,
        zones.stream().map(z -> restore(z, switches, serving.contains(z.name()))).toList(),
        switches,
        Optional.empty(),
        Map.of());
  }

  private static ZoneState restore(Kept z, List<Switch> switches, boolean served) {
    boolean serves = z.role() == Role.Active || (z.role() == Role.Suspect && served);
    return new ZoneState(
        z.name(),
        z.role(),
        z.since(),
        z.reason(),
        z.flaps().orElse(0),
        z.flaps().isPresent(),
        serves,
        serves ? Optional.of(servingSince(z, switches)) : Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** A passing suspicion ends a role, but not the ramp that began when the zone had recovered. */
  private static Instant servingSince(Kept z, List<Switch> switches) {
    return switches.stream()
        .filter(s -> s.from().equals(z.name()))
        .flatMap(s -> s.recoveredAt().stream())
        .max(Instant::compareTo)
        .filter(recovered -> recovered.isBefore(z.since()))
        .orElse(z.since());
  }

  public Optional<ZoneState> zone(String name) {
    for (var z : zones) {
      if (z.name().equals(name)) {
        return Optional.of(z);
      }
    }
    return Optional.empty();
  }

  /** Whether all that a status tells is the same. */
  public boolean tellsTheSame(FleetState other) {
    return epoch == other.epoch
        && zones.equals(other.zones)
        && switches.equals(other.switches)
        && degraded.equals(other.degraded);
  }

  /**
   * Whether the front Service may send clients to this zone's gateways. Some zone's it always may:
   * when the only zone that was open goes dark, those that are held down are better than none.
   */
  public boolean gatewaysServe(String zone) {
    if (degraded.isPresent()) {
      return true;
    }
    Predicate<ZoneState> light = z -> z.darkSince().isEmpty();
    Predicate<ZoneState> trusted = z -> z.role() != Role.Lost && z.role() != Role.Returning;
    Predicate<ZoneState> open = light.and(trusted);
    if (!isAny(open)) {
      open = isAny(light) ? light : any -> true;
    }
    return zone(zone).map(open::test).orElse(true);
  }

  /** Whether a zone is in doubt, and its loss not yet decided. */
  public boolean isDoubtful() {
    return isAny(z -> z.firstDoubt().isPresent() && z.role() != Role.Lost);
  }

  /** Whether doubts came and went lately, so that a new one may do so too. */
  boolean isUnsteady(Instant now) {
    return falseAlarms.size() == UNSTEADY
        && Duration.between(falseAlarms.getFirst(), now).compareTo(REMEMBERED) < 0;
  }

  private boolean isAny(Predicate<ZoneState> which) {
    for (var z : zones) {
      if (which.test(z)) {
        return true;
      }
    }
    return false;
  }
}
