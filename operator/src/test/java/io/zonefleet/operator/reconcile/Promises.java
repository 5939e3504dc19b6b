package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.api.v1alpha1.ZoneStatus;
import io.zonefleet.api.v1alpha1.ZoneSwitch;
import io.zonefleet.operator.status.FleetPolicies;
import io.zonefleet.operator.status.StatusReader;
import io.zonefleet.operator.traffic.TrafficPlan;
import io.zonefleet.operator.zones.Action;
import io.zonefleet.operator.zones.Drain;
import io.zonefleet.operator.zones.Failback;
import io.zonefleet.operator.zones.FleetPolicy;
import io.zonefleet.operator.zones.Observation;
import io.zonefleet.operator.zones.Policy;
import io.zonefleet.operator.zones.Surge;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** What must hold at every write of every schedule, whoever wrote it and whoever crashed. */
final class Promises {
  /** Clocks of replicas differ. */
  private static final Duration SKEW = Duration.ofSeconds(1);

  /** A promise that did not hold. */
  static final class Broken extends RuntimeException {
    Broken(String words) {
      super(words);
    }
  }

  private final Set<String> switched = new HashSet<>();
  private final Set<String> told = new HashSet<>();
  private int labelledBefore = Integer.MAX_VALUE;
  private long switches;

  static void hold(boolean condition, String words, Object... values) {
    if (!condition) {
      throw new Broken(words.formatted(values));
    }
  }

  /**
   * A status was committed over another one.
   *
   * @param drainIsOld whether a drain has been asked for, without a break, for a while
   */
  void committed(
      DeepSeekDeployment before,
      DeepSeekDeployment after,
      Observation seen,
      Evidence evidence,
      Predicate<String> drainIsOld) {
    var was = before.getStatus();
    var is = after.getStatus();
    if (was == is) {
      return;
    }
    var policy = FleetPolicies.of(after.getSpec());
    growsByOne(was, is);
    neverEmpty(was, is, policy, seen);
    surgeIsBounded(is, policy, seen.at());
    byQuorum(was, is, evidence, seen.at());
    drainsHold(was, is, policy, seen, drainIsOld);
    for (var move : added(was, is)) {
      switches++;
      switched.add(after.getMetadata().getUid() + "/" + move.epoch());
      spaced(move, is, policy);
      hold(
          !move.cause().equals("Failback") || policy.failback().mode() != Failback.Mode.Manual,
          "failback is Manual, and traffic went from %s to %s",
          move.from(),
          move.to());
    }
    hold(
        policy.policy() == Policy.ActiveActive || active(is).size() <= 1,
        "ActiveStandby, and %s serve",
        is.active());
  }

  private static void growsByOne(DeepSeekDeploymentStatus was, DeepSeekDeploymentStatus is) {
    long from = was == null ? 0 : was.epoch();
    hold(
        is.epoch() == from || is.epoch() == from + 1, "epoch went from %d to %d", from, is.epoch());
    if (is.epoch() == from) {
      hold(active(was).equals(active(is)), "epoch %d: %s → %s", from, active(was), active(is));
      hold(added(was, is).isEmpty(), "a switch without an epoch: %s", added(was, is));
    }
  }

  private static void neverEmpty(
      DeepSeekDeploymentStatus was,
      DeepSeekDeploymentStatus is,
      FleetPolicy policy,
      Observation seen) {
    if (!active(was).isEmpty() && active(is).isEmpty()) {
      for (var zone : policy.zones()) {
        hold(
            !Evidence.someoneSees(zone.name(), seen),
            "nobody serves any more, and %s answers",
            zone.name());
      }
    }
  }

  private static void surgeIsBounded(DeepSeekDeploymentStatus is, FleetPolicy policy, Instant now) {
    var replicas = Surge.replicas(policy, StatusReader.state(is), now);
    boolean someoneIsAway = is.zones().stream().anyMatch(z -> z.flaps() != null && z.flaps() > 0);
    for (var zone : policy.zones()) {
      int given = replicas.get(zone.name());
      int most = Math.max(zone.replicas(), policy.maxSurge().orElse(0));
      hold(
          given >= zone.replicas() && given <= (someoneIsAway ? most : zone.replicas()),
          "%s asks for %d pods and is given %d, %d at most",
          zone.name(),
          zone.replicas(),
          given,
          most);
    }
  }

  private static void byQuorum(
      DeepSeekDeploymentStatus was, DeepSeekDeploymentStatus is, Evidence evidence, Instant now) {
    for (var zone : is.zones()) {
      if (zone.role().equals("Lost") && !hasRole(was, zone.name(), "Lost")) {
        hold(
            evidence.isEnough(zone.name(), now),
            "%s is lost without evidence: %s",
            zone.name(),
            zone.reason());
      }
    }
  }

  private static void drainsHold(
      DeepSeekDeploymentStatus was,
      DeepSeekDeploymentStatus is,
      FleetPolicy policy,
      Observation seen,
      Predicate<String> drainIsOld) {
    var drained =
        policy.drains().stream()
            .filter(d -> d.until().map(seen.at()::isBefore).orElse(true))
            .map(Drain::zone)
            .filter(z -> hasRole(was, z, "Drained") && drainIsOld.test(z))
            .toList();
    for (var zone : drained) {
      if (active(is).contains(zone)) {
        for (var other : policy.zones()) {
          // another one may be unseen by those who are believed, or not have started: then it is
          // no help; one that the status itself calls healthy is
          hold(
              drained.contains(other.name())
                  || !hasRole(is, other.name(), "Standby")
                  || Evidence.dark(other.name(), policy.zones().size(), seen)
                  || !Evidence.someoneSees(other.name(), seen)
                  || flapsUnknown(is, other.name()),
              "%s is drained and serves, though %s could",
              zone,
              other.name());
        }
      } else if (zoneOf(is, zone) != null) {
        hold(
            hasRole(is, zone, "Drained"),
            "%s is to be drained, and became %s",
            zone,
            role(is, zone));
      }
    }
  }

  /** Evacuations are as far apart as was asked, returns by a hold-down, a minute at most. */
  private static void spaced(ZoneSwitch move, DeepSeekDeploymentStatus is, FleetPolicy policy) {
    if (!move.cause().equals("ZoneLost") && !move.cause().equals("Failback")) {
      return;
    }
    var asked =
        move.cause().equals("ZoneLost")
            ? policy.evacuationInterval()
            : Duration.ofSeconds(Math.min(60, policy.failback().stableSeconds()));
    var apart = asked.minus(SKEW);
    for (var other : is.switches()) {
      boolean sameKind = other.cause().equals(move.cause());
      if (other.epoch() < move.epoch() && sameKind) {
        hold(
            Duration.between(other.shiftedAt(), move.shiftedAt()).compareTo(apart) >= 0,
            "two moves (%s) within %s: %s, %s",
            move.cause(),
            apart,
            other,
            move);
      }
    }
  }

  /** A plan was given to gateways. */
  void published(TrafficPlan plan, List<Pod> pods) {
    boolean open =
        plan.zones().stream().flatMap(z -> z.endpoints().stream()).anyMatch(e -> !e.draining());
    hold(pods.isEmpty() || open, "a plan without a backend, of %d pods", pods.size());
    for (int i = 1; i < plan.zones().size(); i++) {
      int step = plan.zones().get(i).priority() - plan.zones().get(i - 1).priority();
      hold(step == 0 || step == 1, "a gap in the plan's priorities: %s", plan.zones());
    }
  }

  /** A gateway got or lost its label. */
  void labelled(SimWorld world) {
    int labelled = (int) world.labelled.stream().filter(world::hasGateway).count();
    hold(labelled > 0 || labelledBefore == 0, "the front Service is empty");
    labelledBefore = labelled;
  }

  /** Gateways came or went by themselves. */
  void gatewaysChanged(SimWorld world) {
    labelledBefore = (int) world.labelled.stream().filter(world::hasGateway).count();
  }

  void told(DeepSeekDeployment fleet, long epoch, Action action) {
    if (action instanceof Action.ZoneSwitched) {
      told.add(fleet.getMetadata().getUid() + "/" + epoch);
    }
  }

  /** At the end, the switch of the last epoch has been told of, whoever crashed. */
  void everySwitchIsTold() {
    var untold = new HashSet<>(switched);
    untold.removeAll(told);
    hold(untold.isEmpty(), "no event tells of the switches %s", untold);
  }

  /** A resource that was deleted takes its journal with it. */
  void madeAnew() {
    switched.clear();
  }

  long switches() {
    return switches;
  }

  private static List<ZoneSwitch> added(DeepSeekDeploymentStatus was, DeepSeekDeploymentStatus is) {
    long last =
        was == null || was.switches() == null
            ? 0
            : was.switches().stream().mapToLong(ZoneSwitch::epoch).max().orElse(0);
    return is.switches().stream().filter(s -> s.epoch() > last).toList();
  }

  static Set<String> active(DeepSeekDeploymentStatus status) {
    return status == null || status.active() == null
        ? Set.of()
        : Set.of(status.active().split(","));
  }

  private static ZoneStatus zoneOf(DeepSeekDeploymentStatus status, String zone) {
    return status == null
        ? null
        : status.zones().stream().filter(z -> z.name().equals(zone)).findFirst().orElse(null);
  }

  private static String role(DeepSeekDeploymentStatus status, String zone) {
    return zoneOf(status, zone) == null ? "absent" : zoneOf(status, zone).role();
  }

  private static boolean hasRole(DeepSeekDeploymentStatus status, String zone, String role) {
    return role(status, zone).equals(role);
  }

  private static boolean flapsUnknown(DeepSeekDeploymentStatus status, String zone) {
    return zoneOf(status, zone).flaps() == null;
  }
}
