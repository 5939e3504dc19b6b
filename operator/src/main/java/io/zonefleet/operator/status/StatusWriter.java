package io.zonefleet.operator.status;

import io.fabric8.kubernetes.api.model.Condition;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentSpec;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.api.v1alpha1.Server;
import io.zonefleet.api.v1alpha1.Zone;
import io.zonefleet.api.v1alpha1.ZoneStatus;
import io.zonefleet.api.v1alpha1.ZoneSwitch;
import io.zonefleet.operator.fleet.FrontDoor;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.fleet.Names;
import io.zonefleet.operator.zones.Capacity;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.Switch;
import io.zonefleet.operator.zones.ZoneState;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The whole status of a fleet, as a function of what was decided and what is known. */
public final class StatusWriter {
  /** The CRD's default, for a resource that was built in memory. */
  private static final int MAX_CONCURRENCY = 4;

  private StatusWriter() {}

  /**
   * The status to write. Equal inputs give an equal status, so that comparing it with the
   * resource's own tells whether anything has to be written.
   */
  public static DeepSeekDeploymentStatus status(
      DeepSeekDeployment fleet, FleetState state, Known known) {
    var spec = fleet.getSpec();
    var meta = fleet.getMetadata();
    var before = Optional.ofNullable(fleet.getStatus());
    var zones = ZoneView.of(FleetPolicies.of(spec), state, known.seen());
    long generation = Optional.ofNullable(meta.getGeneration()).orElse(0L);
    // what the last operator applied stays true until this one has applied more
    var applied =
        known
            .appliedGeneration()
            .or(() -> before.map(DeepSeekDeploymentStatus::observedGeneration));
    var conditions =
        new Conditions(
                state,
                known.applied(applied),
                zones,
                generation,
                capacity(spec, zones, known),
                FrontDoor.hasGateways(fleet) && !known.seen().direct())
            .after(
                before.map(DeepSeekDeploymentStatus::conditions).orElse(List.of()),
                known.seen().at());
    var scaled = scaled(spec, state);
    return new DeepSeekDeploymentStatus(
        applied.orElse(null),
        state.epoch(),
        phase(conditions, state),
        "http://" + Names.front(meta.getName()) + "." + meta.getNamespace() + ".svc",
        zones.stream().filter(ZoneView::canServe).count() + "/" + spec.zones().size(),
        active(state),
        lastSwitch(state),
        zones.stream().map(z -> z.name() + "=" + z.inShort()).collect(Collectors.joining(", ")),
        pods(scaled, known),
        selector(meta.getName(), scaled),
        conditions,
        zones.stream().map(z -> zone(z, fleet, known)).toList(),
        state.switches().reversed().stream().map(StatusWriter::move).toList());
  }

  private static Optional<Capacity> capacity(
      DeepSeekDeploymentSpec spec, List<ZoneView> zones, Known known) {
    if (known.running().isEmpty()) {
      return Optional.empty();
    }
    int perPod =
        Optional.ofNullable(spec.server()).map(Server::maxConcurrency).orElse(MAX_CONCURRENCY);
    return Optional.of(
        Capacity.of(
            FleetPolicies.of(spec).policy(),
            zones.stream()
                .filter(ZoneView::canServe)
                .map(
                    z ->
                        new Capacity.Zone(
                            z.name(), z.spec().weight(), z.ready(), z.state().serving()))
                .toList(),
            perPod,
            known.running().getAsInt()));
  }

  private static String phase(List<Condition> conditions, FleetState state) {
    Map<String, Boolean> holds =
        conditions.stream()
            .collect(Collectors.toMap(Condition::getType, c -> "True".equals(c.getStatus())));
    if (holds.get("Ready")) {
      return "Ready";
    }
    if (!holds.get("Available")) {
      return state.epoch() == 0 ? "Pending" : "Unavailable";
    }
    return holds.get("Degraded") ? "Degraded" : "Progressing";
  }

  private static String active(FleetState state) {
    var serving =
        state.zones().stream()
            .filter(ZoneState::serving)
            .map(ZoneState::name)
            .collect(Collectors.joining(","));
    return serving.isEmpty() ? null : serving;
  }

  private static String lastSwitch(FleetState state) {
    if (state.switches().isEmpty()) {
      return null;
    }
    var seconds = BigDecimal.valueOf(state.switches().getLast().millis(), 3);
    return seconds.setScale(1, RoundingMode.HALF_UP) + "s";
  }

  /**
   * The zone that an autoscaler is shown: {@code replicasPerZone} counts pods of one zone, so what
   * it is compared with and what load is taken from must be those of one zone, and of one under
   * load.
   */
  private static String scaled(DeepSeekDeploymentSpec spec, FleetState state) {
    Predicate<Zone> fixed = zone -> zone.replicas() != null;
    Predicate<Zone> idle = zone -> state.zone(zone.name()).filter(ZoneState::serving).isEmpty();
    return Collections.min(
            spec.zones(), Comparator.comparing(fixed::test).thenComparing(idle::test))
        .name();
  }

  private static int pods(String zone, Known known) {
    return (int)
        known.seen().pods().stream().filter(p -> p.zone().equals(zone) && !p.terminating()).count();
  }

  private static String selector(String fleet, String zone) {
    return Labels.zoneSelector(fleet, Labels.INFERENCE, zone).entrySet().stream()
        .map(e -> e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining(","));
  }

  private static ZoneStatus zone(ZoneView zone, DeepSeekDeployment fleet, Known known) {
    var loaded = Optional.ofNullable(known.digests().get(zone.name()));
    var recorded = DigestFindings.recorded(fleet, zone.name());
    boolean enforced = fleet.getSpec().model().digest() != null;
    // without a digest in the spec, the first load's is the one that counts
    var digest = enforced ? loaded.or(() -> recorded) : recorded.or(() -> loaded);
    return new ZoneStatus(
        zone.name(),
        zone.role().name(),
        zone.ready(),
        known.replicas().getOrDefault(zone.name(), zone.spec().replicas()),
        zone.spec().weight(),
        fleet.getSpec().model().revision(),
        digest.orElse(null),
        zone.state().since(),
        zone.state().reason(),
        zone.state().started() ? zone.state().flaps() : null);
  }

  private static ZoneSwitch move(Switch s) {
    return new ZoneSwitch(
        s.epoch(),
        s.from(),
        s.to(),
        s.cause().name(),
        s.detectedAt(),
        s.shiftedAt(),
        s.recoveredAt().orElse(null),
        s.millis(),
        s.failedRequests());
  }
}
