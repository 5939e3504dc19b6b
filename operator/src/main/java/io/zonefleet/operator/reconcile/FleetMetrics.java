package io.zonefleet.operator.reconcile;

import static java.util.stream.Collectors.toMap;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.zonefleet.operator.traffic.FleetKey;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.GatewayReport;
import io.zonefleet.operator.zones.Observation;
import io.zonefleet.operator.zones.Role;
import io.zonefleet.operator.zones.Switch;
import io.zonefleet.operator.zones.ZoneState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** One fleet's part of the operator's metrics. */
final class FleetMetrics {
  private final MeterRegistry registry;
  private final Tags fleet;
  private final AtomicLong epoch = new AtomicLong();
  private final Meter epochGauge;
  private final MultiGauge roles;
  private final MultiGauge reports;
  private Map<String, Role> toldRoles = Map.of();
  private Map<String, Boolean> toldAnswers = Map.of();

  FleetMetrics(MeterRegistry registry, FleetKey key) {
    this.registry = registry;
    this.fleet = Tags.of("namespace", key.namespace(), "fleet", key.name());
    this.epochGauge =
        Gauge.builder("zonefleet.epoch", epoch, AtomicLong::get)
            .description("Number of the traffic decision in force")
            .tags(fleet)
            .register(registry);
    this.roles =
        MultiGauge.builder("zonefleet.zone.role")
            .description("1 for the role that a zone has, 0 for the others")
            .tags(fleet)
            .register(registry);
    this.reports =
        MultiGauge.builder("zonefleet.gateway.reports")
            .description("Gateways whose report is at hand, and those that do not answer")
            .tags(fleet)
            .register(registry);
  }

  void observe(FleetState state, Observation seen) {
    epoch.set(state.epoch());
    var roles = state.zones().stream().collect(toMap(ZoneState::name, ZoneState::role));
    if (!roles.equals(toldRoles)) {
      toldRoles = roles;
      tellRoles(state);
    }
    var answers =
        seen.gateways().stream()
            .collect(toMap(GatewayReport::name, GatewayReport::reachable, (a, b) -> a));
    if (!answers.equals(toldAnswers)) {
      toldAnswers = answers;
      tellReports(seen);
    }
  }

  private void tellRoles(FleetState state) {
    var roleRows = new ArrayList<MultiGauge.Row<?>>();
    for (var zone : state.zones()) {
      for (var role : Role.values()) {
        roleRows.add(
            MultiGauge.Row.of(
                Tags.of("zone", zone.name(), "role", role.name()), zone.role() == role ? 1 : 0));
      }
    }
    roles.register(roleRows, true);
  }

  private void tellReports(Observation seen) {
    var reportRows = new ArrayList<MultiGauge.Row<?>>();
    seen.gateways().stream()
        .map(GatewayReport::zone)
        .distinct()
        .forEach(
            zone -> {
              reportRows.add(reportRow(seen, zone, true));
              reportRows.add(reportRow(seen, zone, false));
            });
    reports.register(reportRows, true);
  }

  void switched(Switch move) {
    var tags = fleet.and("cause", move.cause().name());
    registry.counter("zonefleet.switches", tags).increment();
    registry.timer("zonefleet.switch.duration", tags).record(Duration.ofMillis(move.millis()));
  }

  /** A fleet that is gone has no present state; what it did stays counted. */
  void forget() {
    registry.remove(epochGauge);
    roles.register(new ArrayList<>(), true);
    reports.register(new ArrayList<>(), true);
  }

  private static MultiGauge.Row<Number> reportRow(Observation seen, String zone, boolean answers) {
    long count =
        seen.gateways().stream()
            .filter(g -> g.zone().equals(zone) && g.reachable() == answers)
            .count();
    return MultiGauge.Row.of(Tags.of("zone", zone, "answers", Boolean.toString(answers)), count);
  }
}
