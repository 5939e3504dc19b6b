package io.zonefleet.operator.reconcile;

import io.zonefleet.api.v1alpha1.DeepSeekDeploymentSpec;
import io.zonefleet.api.v1alpha1.Drain;
import io.zonefleet.api.v1alpha1.Failback;
import io.zonefleet.api.v1alpha1.FailbackMode;
import io.zonefleet.api.v1alpha1.Model;
import io.zonefleet.api.v1alpha1.Surge;
import io.zonefleet.api.v1alpha1.Traffic;
import io.zonefleet.api.v1alpha1.TrafficPolicy;
import io.zonefleet.api.v1alpha1.Zone;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the people of a simulated fleet ask for. */
final class People {
  private final Schedule schedule;
  private final List<String> all;
  private final Set<String> zones;
  private final SequencedMap<String, Drain> drains = new TreeMap<>();
  private boolean manual;

  People(Schedule schedule, List<String> zones) {
    this.schedule = schedule;
    this.all = zones;
    this.zones = new TreeSet<>(zones);
    this.manual = schedule.manual();
  }

  void drain(String zone, Optional<Instant> until) {
    if (zones.contains(zone)) {
      drains.put(zone, new Drain(zone, "work", until.orElse(null)));
    }
  }

  void undrain(String zone) {
    drains.remove(zone);
  }

  void undrainAll() {
    drains.clear();
  }

  void manual(boolean wanted) {
    manual = wanted;
  }

  boolean isManual() {
    return manual;
  }

  void remove(String zone) {
    if (zones.size() > 1 && zones.remove(zone)) {
      drains.remove(zone);
    }
  }

  void add(String zone) {
    zones.add(zone);
  }

  List<String> zones() {
    return all.stream().filter(zones::contains).toList();
  }

  /** Zones that are to take no traffic at that time. */
  List<String> drained(Instant now) {
    return drains.values().stream()
        .filter(d -> d.until() == null || now.isBefore(d.until()))
        .map(Drain::zone)
        .toList();
  }

  DeepSeekDeploymentSpec spec() {
    return new DeepSeekDeploymentSpec(
        new Model("tiny", "r1", null),
        zones().stream().map(z -> new Zone(z, schedule.pods(), 1)).toList(),
        1,
        new Traffic(
            schedule.activeActive() ? TrafficPolicy.ActiveActive : TrafficPolicy.ActiveStandby,
            null,
            new Failback(
                manual ? FailbackMode.Manual : FailbackMode.Automatic,
                schedule.stableSeconds(),
                schedule.rampSeconds(),
                schedule.maxStableSeconds()),
            schedule.evacuationSeconds(),
            List.copyOf(drains.values()),
            null,
            null,
            null,
            new Surge(schedule.pods() + 1)),
        null,
        null,
        null,
        null);
  }
}
