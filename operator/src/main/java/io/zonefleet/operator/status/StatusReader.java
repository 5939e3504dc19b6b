package io.zonefleet.operator.status;

import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.api.v1alpha1.ZoneStatus;
import io.zonefleet.api.v1alpha1.ZoneSwitch;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.Role;
import io.zonefleet.operator.zones.Switch;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The decision in force, read back from a status, as a restarted operator needs it. */
public final class StatusReader {
  private StatusReader() {}

  /**
   * The state that {@code status} holds; {@link FleetState#EMPTY} without one. Entries that a later
   * version or a person wrote and that cannot be read are left out: their zones start anew.
   */
  public static FleetState state(DeepSeekDeploymentStatus status) {
    if (status == null) {
      return FleetState.EMPTY;
    }
    return FleetState.restore(
        Optional.ofNullable(status.epoch()).orElse(0L),
        stream(status.zones()).flatMap(z -> kept(z).stream()).toList(),
        stream(status.switches()).flatMap(s -> move(s).stream()).toList().reversed(),
        status.active() == null ? Set.of() : Set.of(status.active().split(",")));
  }

  private static Optional<FleetState.Kept> kept(ZoneStatus zone) {
    return role(zone.role())
        .map(
            role ->
                new FleetState.Kept(
                    zone.name(),
                    role,
                    Optional.ofNullable(zone.since()).orElse(Instant.EPOCH),
                    Optional.ofNullable(zone.reason()).orElse(""),
                    Optional.ofNullable(zone.flaps())));
  }

  private static Optional<Role> role(String name) {
    return Arrays.stream(Role.values()).filter(r -> r.name().equals(name)).findFirst();
  }

  private static Optional<Switch> move(ZoneSwitch s) {
    if (s.epoch() == null || s.detectedAt() == null || s.shiftedAt() == null) {
      return Optional.empty();
    }
    return Arrays.stream(Switch.Cause.values())
        .filter(c -> c.name().equals(s.cause()))
        .findFirst()
        .map(
            cause ->
                new Switch(
                    s.epoch(),
                    Optional.ofNullable(s.from()).orElse(""),
                    Optional.ofNullable(s.to()).orElse(""),
                    cause,
                    s.detectedAt(),
                    s.shiftedAt(),
                    Optional.ofNullable(s.recoveredAt()),
                    Optional.ofNullable(s.millis()).orElse(0L),
                    Optional.ofNullable(s.failedRequests()).orElse(0L)));
  }

  private static <T> Stream<T> stream(List<T> list) {
    return list == null ? Stream.empty() : list.stream();
  }
}
