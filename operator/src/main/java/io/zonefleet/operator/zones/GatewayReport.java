package io.zonefleet.operator.zones;

import java.util.Map;

/**
 * What one gateway pod sees.
 *
 * @param name gateway pod
 * @param zone zone that it observes from
 * @param reachable whether it answered the operator; when not, {@code endpoints} is empty
 * @param closed whether the pod's network answered that nobody listens, as when the process has
 *     died; never together with {@code reachable}
 * @param endpoints inference pods by {@code ip:port}
 * @param counters of its requests since it started
 */
public record GatewayReport(
    String name,
    String zone,
    boolean reachable,
    boolean closed,
    Map<String, EndpointHealth> endpoints,
    RequestCounters counters) {
  public GatewayReport {
    endpoints = Map.copyOf(endpoints);
  }

  /** What a gateway that answers sees. */
  public GatewayReport(
      String name, String zone, Map<String, EndpointHealth> endpoints, RequestCounters counters) {
    this(name, zone, true, false, endpoints, counters);
  }

  /** Nobody listens at the gateway's address. */
  public static GatewayReport closed(String name, String zone) {
    return new GatewayReport(name, zone, false, true, Map.of(), RequestCounters.NONE);
  }

  /** No answer, or none that makes sense. */
  public static GatewayReport unreachable(String name, String zone) {
    return new GatewayReport(name, zone, false, false, Map.of(), RequestCounters.NONE);
  }

  /** How many pods of a zone it sends requests to. */
  int healthyIn(String zone) {
    int healthy = 0;
    for (var e : endpoints.values()) {
      if (e.healthy() && e.zone().equals(zone)) {
        healthy++;
      }
    }
    return healthy;
  }

  boolean seesHealthy(String inZone) {
    return healthyIn(inZone) > 0;
  }

  boolean knows(String zone) {
    for (var e : endpoints.values()) {
      if (e.zone().equals(zone)) {
        return true;
      }
    }
    return false;
  }

  boolean seesAnyHealthy() {
    return endpoints.values().stream().anyMatch(EndpointHealth::healthy);
  }

  /** Each endpoint of the zone answers that it cannot serve, or has nobody who listens. */
  boolean isRefusedBy(String zone) {
    return seesDark(zone)
        && endpoints.values().stream()
            .filter(e -> e.zone().equals(zone))
            .allMatch(EndpointHealth::refuses);
  }

  /** All endpoints of the zone fail, and at least one of them was really checked. */
  boolean seesDark(String zone) {
    boolean checked = false;
    for (var e : endpoints.values()) {
      if (e.zone().equals(zone)) {
        if (e.healthy()) {
          return false;
        }
        checked |= e.failedActiveCheck() && !e.pending();
      }
    }
    return checked;
  }
}
