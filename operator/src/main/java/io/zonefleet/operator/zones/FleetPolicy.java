package io.zonefleet.operator.zones;

import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a person decided about the fleet's zones.
 *
 * @param zones in the order of preference
 * @param locality of ActiveActive; None otherwise
 * @param maxSurge most pods of a zone while another one is lost, 1 or more; empty when zones get no
 *     more then
 * @param evacuationInterval shortest time between two automatic evacuations
 */
public record FleetPolicy(
    List<ZoneSpec> zones,
    Policy policy,
    Failback failback,
    List<Drain> drains,
    Locality locality,
    OptionalInt maxSurge,
    Duration evacuationInterval) {
  /** As the API has it where nothing is asked. */
  public static final Duration EVACUATION_INTERVAL = Duration.ofMinutes(1);

  public FleetPolicy {
    zones = List.copyOf(zones);
    drains = List.copyOf(drains);
  }

  /** One that evacuates as often as the API allows where nothing is asked. */
  public FleetPolicy(
      List<ZoneSpec> zones,
      Policy policy,
      Failback failback,
      List<Drain> drains,
      Locality locality,
      OptionalInt maxSurge) {
    this(zones, policy, failback, drains, locality, maxSurge, EVACUATION_INTERVAL);
  }

  /** One whose gateways prefer no zone, and without a surge. */
  public FleetPolicy(List<ZoneSpec> zones, Policy policy, Failback failback, List<Drain> drains) {
    this(zones, policy, failback, drains, Locality.None, OptionalInt.empty());
  }
}
