package io.zonefleet.operator.zones;

import java.util.List;

/** What a person decided about the fleet's zones; their order is the order of preference. */
public record FleetPolicy(
    List<ZoneSpec> zones, Policy policy, Failback failback, List<Drain> drains) {
  public FleetPolicy {
    zones = List.copyOf(zones);
    drains = List.copyOf(drains);
  }
}
