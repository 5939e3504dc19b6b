package io.zonefleet.operator.zones;

import java.util.List;

/**
 * What a person decided about the fleet's zones.
 *
 * @param zones in the order of preference
 * @param locality of ActiveActive; None otherwise
 */
public record FleetPolicy(
    List<ZoneSpec> zones,
    Policy policy,
    Failback failback,
    List<Drain> drains,
    Locality locality) {
  public FleetPolicy {
    zones = List.copyOf(zones);
    drains = List.copyOf(drains);
  }

  /** One whose gateways prefer no zone. */
  public FleetPolicy(List<ZoneSpec> zones, Policy policy, Failback failback, List<Drain> drains) {
    this(zones, policy, failback, drains, Locality.None);
  }
}
