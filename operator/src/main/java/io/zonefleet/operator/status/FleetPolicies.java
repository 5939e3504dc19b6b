package io.zonefleet.operator.status;

import io.zonefleet.api.v1alpha1.DeepSeekDeploymentSpec;
import io.zonefleet.api.v1alpha1.Traffic;
import io.zonefleet.api.v1alpha1.TrafficPolicy;
import io.zonefleet.api.v1alpha1.Zone;
import io.zonefleet.operator.zones.Drain;
import io.zonefleet.operator.zones.Failback;
import io.zonefleet.operator.zones.FleetPolicy;
import io.zonefleet.operator.zones.Locality;
import io.zonefleet.operator.zones.Policy;
import io.zonefleet.operator.zones.ZoneSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What a resource asks of the zone state machine. */
public final class FleetPolicies {
  private static final Failback DEFAULT_FAILBACK = new Failback(Failback.Mode.Automatic, 30, 30);

  private FleetPolicies() {}

  /** Absent fields get the defaults of the CRD, so that a resource built in memory works too. */
  public static FleetPolicy of(DeepSeekDeploymentSpec spec) {
    var traffic = Optional.ofNullable(spec.traffic());
    boolean shared =
        traffic.map(Traffic::policy).filter(p -> p == TrafficPolicy.ActiveActive).isPresent();
    return new FleetPolicy(
        spec.zones().stream().map(z -> zone(spec, z)).toList(),
        shared ? Policy.ActiveActive : Policy.ActiveStandby,
        traffic.map(Traffic::failback).map(FleetPolicies::failback).orElse(DEFAULT_FAILBACK),
        traffic.map(Traffic::drains).orElse(List.of()).stream()
            .map(
                d ->
                    new Drain(
                        d.zone(),
                        Optional.ofNullable(d.reason()).orElse(""),
                        Optional.ofNullable(d.until())))
            .toList(),
        traffic
            .map(Traffic::locality)
            .filter(l -> shared)
            .map(l -> Locality.valueOf(l.name()))
            .orElse(Locality.None),
        traffic
            .map(Traffic::surge)
            .map(s -> OptionalInt.of(s.maxReplicasPerZone()))
            .orElse(OptionalInt.empty()),
        traffic
            .map(Traffic::evacuationIntervalSeconds)
            .map(Duration::ofSeconds)
            .orElse(FleetPolicy.EVACUATION_INTERVAL));
  }

  private static ZoneSpec zone(DeepSeekDeploymentSpec spec, Zone zone) {
    int replicas =
        Optional.ofNullable(zone.replicas())
            .or(() -> Optional.ofNullable(spec.replicasPerZone()))
            .orElse(1);
    return new ZoneSpec(zone.name(), replicas, Optional.ofNullable(zone.weight()).orElse(1));
  }

  private static Failback failback(io.zonefleet.api.v1alpha1.Failback asked) {
    return new Failback(
        Optional.ofNullable(asked.mode())
            .map(mode -> Failback.Mode.valueOf(mode.name()))
            .orElse(DEFAULT_FAILBACK.mode()),
        Optional.ofNullable(asked.stableSeconds()).orElse(DEFAULT_FAILBACK.stableSeconds()),
        Optional.ofNullable(asked.rampSeconds()).orElse(DEFAULT_FAILBACK.rampSeconds()),
        Optional.ofNullable(asked.maxStableSeconds()).orElse(DEFAULT_FAILBACK.maxStableSeconds()));
  }
}
