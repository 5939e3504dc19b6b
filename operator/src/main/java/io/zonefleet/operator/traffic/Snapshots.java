package io.zonefleet.operator.traffic;

import com.google.protobuf.Message;
import io.envoyproxy.controlplane.cache.v3.SimpleCache;
import io.envoyproxy.controlplane.cache.v3.Snapshot;
import io.envoyproxy.controlplane.server.DiscoveryServerCallbacks;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * What the gateways of each fleet and zone are told. A zone of which no plan knows, such as one
 * that was just taken out of the spec, gets its answer when the first of its gateways asks.
 * Thread-safe.
 */
final class Snapshots implements DiscoveryServerCallbacks {
  private final Function<TrafficPlan, EnvoyResources> translation;
  private final SimpleCache<String> cache =
      new SimpleCache<>(node -> group(node.getCluster(), node.getLocality().getZone()));
  private final Map<String, Told> byFleet = new ConcurrentHashMap<>();

  /** A fleet's plan, if there is one yet, and the zones whose gateways are told it. */
  private record Told(Optional<TrafficPlan> plan, Set<String> zones) {
    static final Told NOTHING = new Told(Optional.empty(), Set.of());

    Told {
      zones = Set.copyOf(zones);
    }

    Told with(Collection<String> more) {
      var all = new HashSet<>(zones);
      all.addAll(more);
      return new Told(plan, all);
    }
  }

  Snapshots(Function<TrafficPlan, EnvoyResources> translation) {
    this.translation = translation;
  }

  SimpleCache<String> cache() {
    return cache;
  }

  void publish(TrafficPlan plan) {
    byFleet.compute(
        plan.fleet().nodeCluster(),
        (fleet, before) -> {
          var known = before == null ? Told.NOTHING : before;
          var zones =
              known.with(plan.zones().stream().map(TrafficPlan.Zone::name).toList()).zones();
          var made = new HashMap<TrafficPlan, Snapshot>();
          for (var zone : zones) {
            var theirs = made.computeIfAbsent(plan.from(zone), this::snapshot);
            cache.setSnapshot(group(fleet, zone), theirs);
          }
          return new Told(Optional.of(plan), zones);
        });
  }

  void forget(FleetKey fleet) {
    var told = byFleet.remove(fleet.nodeCluster());
    if (told != null) {
      told.zones().forEach(zone -> cache.clearSnapshot(group(fleet.nodeCluster(), zone)));
    }
  }

  @Override
  public void onV3StreamRequest(long streamId, DiscoveryRequest request) {
    meet(request.getNode());
  }

  private void meet(Node gateway) {
    var zone = gateway.getLocality().getZone();
    byFleet.compute(
        gateway.getCluster(),
        (fleet, before) -> {
          var told = before == null ? Told.NOTHING : before;
          if (told.zones().contains(zone)) {
            return told;
          }
          told.plan()
              .ifPresent(plan -> cache.setSnapshot(group(fleet, zone), snapshot(plan.from(zone))));
          return told.with(List.of(zone));
        });
  }

  @Override
  public void onV3StreamDeltaRequest(long streamId, DeltaDiscoveryRequest request) {
    meet(request.getNode());
  }

  private static String group(String nodeCluster, String zone) {
    return nodeCluster + "@" + zone;
  }

  private Snapshot snapshot(TrafficPlan plan) {
    var r = translation.apply(plan);
    return Snapshot.create(
        List.of(r.cluster()),
        version(r.cluster()),
        List.of(r.endpoints()),
        version(r.endpoints()),
        List.of(r.listener()),
        version(r.listener()),
        List.of(r.routes()),
        version(r.routes()),
        List.of(),
        "none");
  }

  /** A counter would start again with the operator, and reuse a version for other content. */
  private static String version(Message content) {
    try {
      var hash = MessageDigest.getInstance("SHA-256").digest(content.toByteArray());
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
