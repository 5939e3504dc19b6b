package io.zonefleet.operator.zones;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What really is, from which every look follows: one inference pod and one gateway in each zone,
 * and which of them answer whom.
 */
final class World {
  final List<String> zones;

  /** Zones whose pod answers. */
  final Set<String> up = new HashSet<>();

  /** Zones whose pod answers too late for gateways, though the API server calls it ready. */
  final Set<String> slow = new HashSet<>();

  /** Zones whose network is gone. */
  final Set<String> cut = new HashSet<>();

  /** Zones whose pods, where they fail, say so. */
  final Set<String> refusing = new HashSet<>();

  /** Zones whose gateways do not answer the operator in time, though they work. */
  final Set<String> late = new HashSet<>();

  /** Gateway zones that have not been given the pods yet, or have not started. */
  final Set<String> gatewaysDown = new HashSet<>();

  /** Zones whose pod is being deleted, though it answers still. */
  final Set<String> leaving = new HashSet<>();

  /** Zones whose pod is new, and not ready yet for the API server, even if it is up. */
  final Set<String> starting = new HashSet<>();

  /** When the pod of a zone was started, where it is known. */
  final Map<String, Instant> startedAt = new HashMap<>();

  /** Zones whose pod object is gone. */
  final Set<String> noPod = new HashSet<>();

  /** Zones whose nodes are NotReady. */
  final Set<String> nodesDown = new HashSet<>();

  final Map<String, Long> failures = new HashMap<>();
  private final Set<String> partitions = new HashSet<>();

  World(List<String> zones) {
    this.zones = zones;
  }

  static World healthy(String... zones) {
    var world = new World(List.of(zones));
    world.up.addAll(world.zones);
    return world;
  }

  /** The gateways of one zone cannot reach the pods of another. */
  void partition(String from, String to) {
    partitions.add(from + ">" + to);
  }

  void join(String from, String to) {
    partitions.remove(from + ">" + to);
  }

  void healAll() {
    up.addAll(zones);
    List.of(slow, cut, late, gatewaysDown, noPod, nodesDown, leaving, starting, partitions)
        .forEach(Set::clear);
  }

  boolean reaches(String from, String to) {
    boolean apart = !from.equals(to) && (cut.contains(from) || cut.contains(to));
    return up.contains(to)
        && !slow.contains(to)
        && !noPod.contains(to)
        && !apart
        && !partitions.contains(from + ">" + to);
  }

  private boolean testifies(String zone) {
    return !cut.contains(zone) && !late.contains(zone) && !gatewaysDown.contains(zone);
  }

  /** Whether every gateway that testifies, at least two where there are so many, sees the zone. */
  boolean isSeenAliveByAll(String zone) {
    return zones.stream().filter(this::testifies).allMatch(from -> reaches(from, zone))
        && testifies(zone);
  }

  Observation look(Instant at) {
    var gateways = new ArrayList<GatewayReport>();
    for (var from : zones) {
      gateways.add(gateway(from));
    }
    var nodes = new HashMap<String, NodeReport>();
    zones.forEach(z -> nodes.put(z, new NodeReport(nodesDown.contains(z) ? 0 : 1, 1)));
    return new Observation(
        at,
        gateways,
        zones.stream()
            .filter(z -> !noPod.contains(z))
            .map(
                z ->
                    new PodReport(
                        "pod-" + z,
                        z,
                        "ip-" + z,
                        up.contains(z) && !starting.contains(z),
                        leaving.contains(z),
                        starting.contains(z),
                        Optional.ofNullable(startedAt.get(z))))
            .toList(),
        nodes);
  }

  private GatewayReport gateway(String from) {
    if (!testifies(from)) {
      return GatewayReport.unreachable("gateway-" + from, from);
    }
    var endpoints = new HashMap<String, EndpointHealth>();
    for (var to : zones) {
      if (!noPod.contains(to)) {
        boolean healthy = reaches(from, to);
        endpoints.put(
            "ip-" + to + ":8080",
            new EndpointHealth(to, healthy, !healthy, false, !healthy && !refusing.contains(to)));
      }
    }
    var counters = new RequestCounters(1000, failures.getOrDefault(from, 0L), 0);
    return new GatewayReport("gateway-" + from, from, endpoints, counters);
  }
}
