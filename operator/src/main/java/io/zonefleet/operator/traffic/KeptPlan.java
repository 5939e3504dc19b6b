package io.zonefleet.operator.traffic;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.PathConfigSource;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a gateway keeps on disk of its fleet's plan: files of Envoy's discovery.
 *
 * <p>{@code lds.pb} and {@code rds.pb} are its listener and routes, {@code live-cds.pb} is the
 * cluster, whose endpoints come from the operator. {@code last-cds.pb} is the same cluster with the
 * endpoints of when it was written, {@code last-eds.pb}, for a gateway that starts while no
 * operator answers; a plan without pods has none, for nobody is served by it. A gateway that loads
 * the one after the other goes on serving by the former until the endpoints of the latter have
 * come.
 *
 * @param files contents by name; do not change the arrays
 */
public record KeptPlan(Map<String, byte[]> files) {
  private static final String ROUTES = "rds.pb";
  private static final String ENDPOINTS = "last-eds.pb";

  /**
   * @param folder where gateways find these files
   * @param run where gateways put those that are in force
   */
  public static KeptPlan of(EnvoyResources resources, Path folder, Path run) {
    var files = new TreeMap<String, byte[]>();
    files.put("lds.pb", file(withRoutes(run.resolve(ROUTES), resources.listener())));
    files.put(ROUTES, file(resources.routes()));
    files.put("live-cds.pb", file(resources.cluster()));
    if (resources.endpoints().getEndpointsList().stream()
        .anyMatch(zone -> zone.getLbEndpointsCount() > 0)) {
      files.put("last-cds.pb", file(withEndpoints(folder.resolve(ENDPOINTS), resources.cluster())));
      files.put(ENDPOINTS, file(resources.endpoints()));
    }
    return new KeptPlan(files);
  }

  private static byte[] file(Message resource) {
    return DiscoveryResponse.newBuilder().addResources(Any.pack(resource)).build().toByteArray();
  }

  private static Cluster withEndpoints(Path endpoints, Cluster cluster) {
    var copy = cluster.toBuilder();
    copy.getEdsClusterConfigBuilder().setEdsConfig(source(endpoints));
    return copy.build();
  }

  private static Listener withRoutes(Path routes, Listener listener) {
    var copy = listener.toBuilder();
    var filter = copy.getFilterChainsBuilder(0).getFiltersBuilder(0);
    try {
      var manager = filter.getTypedConfig().unpack(HttpConnectionManager.class).toBuilder();
      manager.getRdsBuilder().setConfigSource(source(routes));
      filter.setTypedConfig(Any.pack(manager.build()));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the listener's filter is an HTTP connection manager", e);
    }
    return copy.build();
  }

  private static ConfigSource source(Path file) {
    return ConfigSource.newBuilder()
        .setPathConfigSource(PathConfigSource.newBuilder().setPath(file.toString()))
        .setResourceApiVersion(ApiVersion.V3)
        .build();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeptPlan plan
        && files.keySet().equals(plan.files.keySet())
        && files.entrySet().stream()
            .allMatch(file -> Arrays.equals(file.getValue(), plan.files.get(file.getKey())));
  }

  @Override
  public int hashCode() {
    return files.values().stream().mapToInt(Arrays::hashCode).sum();
  }
}
