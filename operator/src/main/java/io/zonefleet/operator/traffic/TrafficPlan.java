package io.zonefleet.operator.traffic;

import io.zonefleet.operator.zones.FleetPolicy;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.Locality;
import io.zonefleet.operator.zones.Policy;
import io.zonefleet.operator.zones.Role;
import io.zonefleet.operator.zones.ZoneMachine;
import io.zonefleet.operator.zones.ZoneSpec;
import io.zonefleet.operator.zones.ZoneState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where a fleet's requests go. Every zone that has pods is listed, lost and drained ones last, so
 * that whatever was decided, and even with the operator away, gateways find any pod that answers.
 *
 * @param zones in the order in which traffic falls through them
 * @param local zones whose gateways keep their requests at home while pods there are healthy
 */
public record TrafficPlan(
    FleetKey fleet, List<Zone> zones, GatewaySettings settings, Set<String> local) {
  public TrafficPlan {
    zones = List.copyOf(zones);
    local = Set.copyOf(local);
  }

  /** One whose gateways prefer no zone. */
  public TrafficPlan(FleetKey fleet, List<Zone> zones, GatewaySettings settings) {
    this(fleet, zones, settings, Set.of());
  }

  /**
   * A pod that gateways may know: every one that has an address, for whether it is ready is seen by
   * their own checks, sooner than by the API server.
   *
   * @param address IP address
   * @param draining finishes what runs, takes nothing new (the pod is being deleted)
   */
  public record Endpoint(String zone, String address, int port, boolean draining) {}

  /**
   * @param priority 0 serves; the next ones take over in order, without a gap
   * @param weight share among zones of the same priority, 1 or more
   */
  public record Zone(String name, int priority, int weight, List<Endpoint> endpoints) {
    public Zone {
      endpoints = List.copyOf(endpoints);
    }

    private Zone lower() {
      return new Zone(name, priority + 1, weight, endpoints);
    }
  }

  /** As the other one, of pods that are all healthy. */
  public static TrafficPlan of(
      FleetKey fleet,
      FleetPolicy policy,
      FleetState state,
      Instant now,
      List<Endpoint> endpoints,
      GatewaySettings settings) {
    return of(fleet, policy, state, now, endpoints, Map.of(), settings);
  }

  /**
   * The plan that follows from the decision in force. Zones without an endpoint are left out, zones
   * with endpoints that the policy no longer names come last.
   *
   * @param admitted how many pods gateways see healthy, by zone; of a zone that is not named, or of
   *     which none is seen, all are counted
   */
  public static TrafficPlan of(
      FleetKey fleet,
      FleetPolicy policy,
      FleetState state,
      Instant now,
      List<Endpoint> endpoints,
      Map<String, Integer> admitted,
      GatewaySettings settings) {
    var byZone = byZone(endpoints);
    var ramps = ZoneMachine.rampPercents(policy, state, now);
    var zones = new ArrayList<Zone>();
    int priority = -1;
    for (var spec : inOrder(policy, state, byZone)) {
      boolean shares =
          policy.policy() == Policy.ActiveActive
              && rank(spec, policy, state) == SERVES
              && !zones.isEmpty();
      priority += shares ? 0 : 1;
      var there = byZone.get(spec.name());
      int weight =
          policy.policy() == Policy.ActiveStandby
              ? 1
              : Shares.ofZone(
                  spec.weight() * ramps.getOrDefault(spec.name(), 100),
                  there,
                  admitted.getOrDefault(spec.name(), 0));
      zones.add(new Zone(spec.name(), priority, weight, there));
    }
    return new TrafficPlan(fleet, zones, settings, local(policy, zones, ramps));
  }

  /** A zone whose share is still growing back does not get all that its gateways have. */
  private static Set<String> local(
      FleetPolicy policy, List<Zone> zones, Map<String, Integer> ramps) {
    if (policy.locality() == Locality.None) {
      return Set.of();
    }
    return zones.stream()
        .filter(z -> z.priority() == 0 && ramps.getOrDefault(z.name(), 0) == 100)
        .map(Zone::name)
        .collect(Collectors.toSet());
  }

  /**
   * The plan as the gateways of one zone follow it: at home first where the zone is a {@link
   * #local} one, then the zones that it shares with.
   */
  TrafficPlan from(String gatewayZone) {
    var others = zones.stream().filter(z -> !z.name().equals(gatewayZone)).toList();
    if (!local.contains(gatewayZone) || others.stream().noneMatch(z -> z.priority() == 0)) {
      return new TrafficPlan(fleet, zones, settings);
    }
    var home = zones.stream().filter(z -> z.name().equals(gatewayZone));
    return new TrafficPlan(
        fleet, Stream.concat(home, others.stream().map(Zone::lower)).toList(), settings);
  }

  /**
   * Sorted, so that the same pods make the same plan; a drain of all pods there are is no drain.
   */
  private static Map<String, List<Endpoint>> byZone(List<Endpoint> endpoints) {
    boolean allDrain = endpoints.stream().allMatch(Endpoint::draining);
    var sorted = new ArrayList<>(new LinkedHashSet<>(endpoints));
    sorted.sort(Comparator.comparing(Endpoint::address).thenComparingInt(Endpoint::port));
    var byZone = new HashMap<String, List<Endpoint>>();
    for (var e : sorted) {
      byZone
          .computeIfAbsent(e.zone(), zone -> new ArrayList<>())
          .add(allDrain ? new Endpoint(e.zone(), e.address(), e.port(), false) : e);
    }
    return byZone;
  }

  private static List<ZoneSpec> inOrder(
      FleetPolicy policy, FleetState state, Map<String, List<Endpoint>> byZone) {
    var removed = new TreeSet<>(byZone.keySet());
    var order = new ArrayList<ZoneSpec>();
    for (var zone : policy.zones()) {
      if (removed.remove(zone.name())) {
        order.add(zone);
      }
    }
    order.sort(Comparator.comparingInt(z -> rank(z, policy, state)));
    removed.forEach(name -> order.add(new ZoneSpec(name, 0, 0)));
    return order;
  }

  private static final int SERVES = 0;
  private static final int WAITS = 1;
  private static final int DOUBTFUL = 2;
  private static final int LOST = 3;
  private static final int DRAINED = 4;
  private static final int REMOVED = 5;

  private static int rank(ZoneSpec spec, FleetPolicy policy, FleetState state) {
    if (!policy.zones().contains(spec)) {
      return REMOVED;
    }
    var zone = state.zone(spec.name());
    boolean noShare = policy.policy() == Policy.ActiveActive && spec.weight() == 0;
    if (zone.filter(ZoneState::serving).isPresent() && !noShare) {
      return SERVES;
    }
    return switch (zone.map(ZoneState::role).orElse(Role.Standby)) {
      case Active, Standby -> WAITS;
      case Suspect, Returning -> DOUBTFUL;
      case Lost -> LOST;
      case Drained -> DRAINED;
    };
  }
}
