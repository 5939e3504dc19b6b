package io.zonefleet.operator.reconcile;

import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.Zone;
import io.zonefleet.operator.zones.EndpointHealth;
import io.zonefleet.operator.zones.GatewayReport;
import io.zonefleet.operator.zones.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
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
    var zones = fleet.getSpec().zones().stream().map(Zone::name).toList();
    var next = new HashMap<String, Ground>();
    for (var zone : zones) {
      if (dark(zone, zones, seen)) {
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

  static boolean dark(String zone, List<String> zones, Observation seen) {
    boolean pods =
        seen.pods().stream().anyMatch(p -> p.zone().equals(zone) && p.ready() && !p.terminating());
    var nodes = seen.nodes().get(zone);
    boolean nodesGone = nodes != null && nodes.total() > 0 && nodes.ready() == 0;
    if (seen.gateways().isEmpty()) {
      return !pods || nodesGone;
    }
    boolean known = seen.gateways().stream().anyMatch(g -> there(g, zone).findAny().isPresent());
    if (!pods && !known) {
      return true;
    }
    long witnesses =
        seen.gateways().stream()
            .filter(g -> g.reachable() && !g.zone().equals(zone))
            .filter(
                g ->
                    there(g, zone).noneMatch(EndpointHealth::healthy)
                        && there(g, zone).anyMatch(EndpointHealth::failedActiveCheck))
            .map(GatewayReport::zone)
            .distinct()
            .count();
    boolean silent =
        seen.gateways().stream().noneMatch(g -> g.zone().equals(zone) && g.reachable());
    boolean gone = silent && nodesGone;
    return witnesses >= (zones.size() <= 2 || gone ? 1 : 2);
  }

  /** Whether a gateway sees the zone that sees its own too, so that it may be believed. */
  static boolean someoneSees(String zone, Observation seen) {
    return seen.gateways().stream()
        .filter(g -> there(g, g.zone()).anyMatch(EndpointHealth::healthy))
        .anyMatch(g -> there(g, zone).anyMatch(EndpointHealth::healthy));
  }

  private static java.util.stream.Stream<EndpointHealth> there(GatewayReport g, String zone) {
    return g.endpoints().values().stream().filter(e -> e.zone().equals(zone));
  }
}
