package io.zonefleet.operator.traffic;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.util.Durations;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.AggregatedConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.HealthStatus;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;

/** What a gateway is told: a traffic plan in Envoy's words. Pure. */
public record EnvoyResources(
    Listener listener,
    RouteConfiguration routes,
    Cluster cluster,
    ClusterLoadAssignment endpoints) {
  /** Name of the one upstream cluster; statistics carry it. */
  public static final String CLUSTER = "inference";

  static final String ROUTES = "inference";
  static final int GATEWAY_PORT = 8000;

  /** Resources of gateways that listen on port 8000 of all addresses. */
  public static EnvoyResources of(TrafficPlan plan) {
    return of(plan, "0.0.0.0", GATEWAY_PORT);
  }

  /** As {@link #of(TrafficPlan)}, on another address, so that several run on one machine. */
  public static EnvoyResources of(TrafficPlan plan, String listenAddress, int listenPort) {
    return new EnvoyResources(
        Routing.listener(address(listenAddress, listenPort), plan.settings().streamIdle()),
        Routing.routes(plan.settings().streamIdle()),
        Upstream.cluster(plan.settings()),
        assignment(plan));
  }

  private static ClusterLoadAssignment assignment(TrafficPlan plan) {
    var all =
        ClusterLoadAssignment.newBuilder()
            .setClusterName(CLUSTER)
            // zones that are down to less than 71 % of their pods pass the rest of their load on,
            // for they have not the capacity
            .setPolicy(
                ClusterLoadAssignment.Policy.newBuilder()
                    .setOverprovisioningFactor(number(Shares.OVERPROVISIONING)));
    for (var zone : plan.zones()) {
      var there =
          LocalityLbEndpoints.newBuilder()
              .setLocality(Locality.newBuilder().setZone(zone.name()))
              .setPriority(zone.priority())
              .setLoadBalancingWeight(UInt32Value.of(zone.weight()));
      zone.endpoints().forEach(e -> there.addLbEndpoints(endpoint(e)));
      all.addEndpoints(there);
    }
    return all.build();
  }

  private static LbEndpoint endpoint(TrafficPlan.Endpoint e) {
    return LbEndpoint.newBuilder()
        .setHealthStatus(e.draining() ? HealthStatus.DRAINING : HealthStatus.UNKNOWN)
        .setEndpoint(Endpoint.newBuilder().setAddress(address(e.address(), e.port())))
        .build();
  }

  static Address address(String host, int port) {
    return Address.newBuilder()
        .setSocketAddress(SocketAddress.newBuilder().setAddress(host).setPortValue(port))
        .build();
  }

  /** Waits for the operator as long as it takes: half a configuration must not serve. */
  static ConfigSource ads() {
    return ConfigSource.newBuilder()
        .setInitialFetchTimeout(millis(0))
        .setAds(AggregatedConfigSource.getDefaultInstance())
        .setResourceApiVersion(ApiVersion.V3)
        .build();
  }

  static com.google.protobuf.Duration millis(long value) {
    return Durations.fromMillis(value);
  }

  static UInt32Value number(int value) {
    return UInt32Value.of(value);
  }

  static Any any(Message message) {
    return Any.pack(message);
  }
}
