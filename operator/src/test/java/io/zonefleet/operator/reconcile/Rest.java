package io.zonefleet.operator.reconcile;

import static io.zonefleet.operator.reconcile.Promises.active;
import static io.zonefleet.operator.reconcile.Promises.hold;

import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.api.v1alpha1.ZoneStatus;
import io.zonefleet.operator.status.FleetPolicies;
import io.zonefleet.operator.status.StatusReader;
import io.zonefleet.operator.zones.Failback;
import io.zonefleet.operator.zones.Surge;
import java.util.List;
import java.util.Set;

/** Where a fleet must have come to, a bounded time after the last fault. */
final class Rest {
  /** Three seconds of confirmation, a lease that runs out, and what slow looks take. */
  private static final int DECIDED_MILLIS = 15_000;

  private final Simulation sim;
  private final SimWorld world;
  private final Schedule schedule;
  private final Failback failback;

  Rest(Simulation sim, Schedule schedule) {
    this.sim = sim;
    this.world = sim.world();
    this.schedule = schedule;
    this.failback =
        new Failback(
            Failback.Mode.Automatic,
            schedule.stableSeconds(),
            schedule.rampSeconds(),
            schedule.maxStableSeconds());
  }

  void afterTheLastFault() {
    sim.mendOperator();
    sim.pass(DECIDED_MILLIS);
    // one evacuation may have been held back by the one before
    sim.pass(schedule.evacuationSeconds() * 1000L);
    trafficIsWhereItIsSeen();
    everyGatewayFindsAPod();
    deadGatewaysHaveLeft();
    if (!schedule.drainsStay()) {
      sim.people().undrainAll();
    }
    sim.mendAll();
    sim.pass(DECIDED_MILLIS);
    // after the longest hold-down a zone is stable once more for its own sake, and then ramps up
    sim.pass(failback.holdDown(99).toMillis() + 2L * failback.stableSeconds() * 1000);
    sim.pass(failback.rampSeconds() * 1000L);
    sim.pass(20_000);
    isWell();
    staysSo();
    sim.promises().everySwitchIsTold();
  }

  private DeepSeekDeploymentStatus status() {
    return sim.api().now().getStatus();
  }

  /**
   * With faults that stay: where all serving zones are dark to a quorum that sees another zone,
   * that one serves. Of zones that people took away, or that some witness does not see, nothing is
   * said.
   */
  private void trafficIsWhereItIsSeen() {
    var zones = sim.people().zones();
    var witnesses =
        world.zones.stream()
            .filter(w -> world.hasLivingGateway(w))
            .filter(w -> !world.late.contains(w) && !world.cut.contains(w))
            .filter(w -> world.planOf(w) != null)
            .filter(w -> world.reachesAny(w, w) || !zones.contains(w))
            .toList();
    var serving = active(status());
    boolean allDark =
        serving.stream()
            .allMatch(
                z ->
                    witnesses.stream().noneMatch(w -> world.reachesAny(w, z))
                        && !world.podsOf(z).isEmpty()
                        && !witnesses.contains(z));
    // a drain that has just ended is held down, and looks are seconds apart
    var lately = sim.replicas().getFirst().now().minusSeconds(12 + schedule.stableSeconds());
    var drained = sim.people().drained(lately);
    var able =
        zones.stream()
            .filter(z -> witnesses.contains(z) && !serving.contains(z) && !drained.contains(z))
            .filter(z -> witnesses.stream().allMatch(w -> world.reachesAny(w, z)))
            // what is being deleted takes nothing new
            .filter(z -> world.podsOf(z).stream().anyMatch(world::stays))
            .toList();
    boolean someoneDecides = sim.replicas().stream().anyMatch(SimReplica::reachesApi);
    if (someoneDecides
        && !serving.isEmpty()
        && allDark
        && witnesses.size() >= Math.min(2, zones.size() - 1)) {
      hold(able.isEmpty(), "%s serve in the dark, and all see %s", serving, able);
    }
  }

  /** Whatever was decided, a gateway that has a plan and reaches a pod knows that pod. */
  private void everyGatewayFindsAPod() {
    for (var gateway : world.zones) {
      var plan = world.planOf(gateway);
      boolean follows = sim.replicas().stream().anyMatch(r -> r.reachesApi() && r.reaches(gateway));
      if (!world.hasLivingGateway(gateway) || plan == null || !follows) {
        continue;
      }
      for (var zone : world.zones) {
        for (var pod : world.podsOf(zone)) {
          hold(
              plan.zones().stream()
                  .flatMap(z -> z.endpoints().stream())
                  .anyMatch(e -> e.address().equals(pod)),
              "the gateway of %s does not know %s",
              gateway,
              pod);
        }
      }
    }
  }

  /**
   * Where a gateway that lives is in the front Service, none is that the leader finds dead and the
   * API server calls ready.
   */
  private void deadGatewaysHaveLeft() {
    var leaders = sim.replicas().stream().filter(r -> r.elected && r.reachesApi()).toList();
    var members = world.zones.stream().filter(world.labelled::contains).toList();
    if (members.stream().noneMatch(world::hasLivingGateway)) {
      return;
    }
    for (var zone : members) {
      boolean seenDead =
          world.hasGateway(zone)
              && world.gatewaysDead.contains(zone)
              && !world.gatewaysUnready.contains(zone)
              && leaders.stream().anyMatch(r -> r.reaches(zone));
      hold(!seenDead, "the gateway of %s is dead, and in the front Service with %s", zone, members);
    }
  }

  private void isWell() {
    var zones = sim.people().zones();
    var drained = sim.people().drained(sim.replicas().getFirst().now());
    var open = zones.stream().filter(z -> !drained.contains(z)).toList();
    var status = status();
    var serving = active(status);
    hold(!serving.isEmpty(), "all is well, and nobody serves: %s", roles(status));
    if (!open.isEmpty()) {
      hold(open.containsAll(serving), "%s serve, though %s are drained", serving, drained);
    }
    for (var zone : status.zones()) {
      boolean asked = drained.contains(zone.name());
      hold(
          zone.role().equals("Active")
              || zone.role().equals("Standby")
              || (asked && zone.role().equals("Drained")),
          "all is well, and zones are %s",
          roles(status));
    }
    if (!sim.people().isManual() && !open.isEmpty()) {
      var wanted = schedule.activeActive() ? Set.copyOf(open) : Set.of(open.getFirst());
      hold(serving.equals(wanted), "%s serve in place of %s", serving, wanted);
    }
    var policy = FleetPolicies.of(sim.api().now().getSpec());
    var replicas =
        Surge.replicas(policy, StatusReader.state(status), sim.replicas().getFirst().now());
    for (var zone : policy.zones()) {
      hold(
          sim.people().isManual()
              || !drained.isEmpty()
              || replicas.get(zone.name()) == zone.replicas(),
          "all is well, and %s has %d pods in place of %d",
          zone.name(),
          replicas.get(zone.name()),
          zone.replicas());
    }
    var conditions = status.conditions();
    hold(
        conditions.stream()
            .anyMatch(c -> c.getType().equals("Degraded") && c.getStatus().equals("False")),
        "all is well, and conditions are %s",
        conditions);
    var plans = sim.replicas().stream().map(r -> r.plan().orElseThrow()).distinct().toList();
    hold(plans.size() == 1, "replicas hand out different plans: %s", plans);
    for (var zone : zones) {
      hold(
          world.labelled.contains(zone) && plans.getFirst().equals(world.planOf(zone)),
          "the gateway of %s is not where it should be: %s",
          zone,
          world.labelled);
    }
  }

  /**
   * Nothing happens, so nothing is decided; a loss that is forgiven after 10 minutes is no news.
   */
  private void staysSo() {
    var before = status();
    sim.pass(60_000);
    hold(before.epoch().equals(status().epoch()), "at rest, and epoch %d", status().epoch());
    hold(roles(before).equals(roles(status())), "at rest, and %s", roles(status()));
  }

  private static List<String> roles(DeepSeekDeploymentStatus status) {
    return status.zones().stream().map(Rest::words).toList();
  }

  private static String words(ZoneStatus zone) {
    return zone.name() + " " + zone.role() + " (" + zone.reason() + ")";
  }
}
