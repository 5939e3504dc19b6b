package io.zonefleet.operator.reconcile;

import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.zones.GatewayReport;
import io.zonefleet.operator.zones.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;

/**
 * Since when one replica has had ground to give a zone up, in its own looks without a break.
 * Written from the rule in words, not from the state machine: two zones' gateways see no healthy
 * pod there (one of two zones, or one where the zone's nodes and gateways are silent too), or no
 * ready pod is left.
 */
final class Evidence {
  private record Ground(Instant since, int looks) {}

  /** A role that changes no traffic is written a second later, and looks may be seconds apart. */
  private static final Duration UNTIL_WRITTEN = Duration.ofSeconds(15);

  private Map<String, Ground> grounds = new HashMap<>();
  private final Map<String, Instant> proven = new HashMap<>();

  void look(DeepSeekDeployment fleet, Observation seen) {
    var zones = fleet.getSpec().zones();
    var next = new HashMap<String, Ground>();
    for (var each : zones) {
      var zone = each.name();
      if (dark(zone, zones.size(), seen)) {
        var before = grounds.get(zone);
        next.put(
            zone,
            before == null
                ? new Ground(seen.at(), 1)
                : new Ground(before.since(), before.looks() + 1));
      }
    }
    grounds = next;
    next.forEach(
        (zone, ground) -> {
          boolean longEnough = Duration.between(ground.since(), seen.at()).toMillis() >= 500;
          if (ground.looks() >= 3 && longEnough) {
            proven.put(zone, seen.at());
          }
        });
  }

  boolean isEnough(String zone, Instant now) {
    var at = proven.get(zone);
    return at != null && Duration.between(at, now).compareTo(UNTIL_WRITTEN) <= 0;
  }

  static boolean dark(String zone, int zones, Observation seen) {
    boolean pods = false;
    for (var p : seen.pods()) {
      pods |= p.zone().equals(zone) && p.ready() && !p.terminating();
    }
    var nodes = seen.nodes().get(zone);
    boolean nodesGone = nodes != null && nodes.total() > 0 && nodes.ready() == 0;
    if (seen.gateways().isEmpty()) {
      return !pods || nodesGone;
    }
    boolean known = false;
    boolean silent = true;
    var witnesses = new HashSet<String>();
    for (var g : seen.gateways()) {
      boolean healthy = false;
      boolean failed = false;
      for (var e : g.endpoints().values()) {
        if (e.zone().equals(zone)) {
          known = true;
          healthy |= e.healthy();
          failed |= e.failedActiveCheck();
        }
      }
      if (g.reachable() && g.zone().equals(zone)) {
        silent = false;
      } else if (g.reachable() && failed && !healthy) {
        witnesses.add(g.zone());
      }
    }
    if (!pods && !known) {
      return true;
    }
    boolean gone = silent && nodesGone;
    return witnesses.size() >= (zones <= 2 || gone ? 1 : 2);
  }

  /** Whether a gateway sees the zone that sees its own too, so that it may be believed. */
  static boolean someoneSees(String zone, Observation seen) {
    return seen.gateways().stream().anyMatch(g -> seesHealthy(g, g.zone()) && seesHealthy(g, zone));
  }

  private static boolean seesHealthy(GatewayReport g, String zone) {
    return g.endpoints().values().stream().anyMatch(e -> e.healthy() && e.zone().equals(zone));
  }
}
