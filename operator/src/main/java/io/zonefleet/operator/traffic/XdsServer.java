package io.zonefleet.operator.traffic;

import com.google.protobuf.Message;
import io.envoyproxy.controlplane.cache.v3.SimpleCache;
import io.envoyproxy.controlplane.cache.v3.Snapshot;
import io.envoyproxy.controlplane.server.V3DiscoveryServer;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * Envoy's aggregated discovery service, state of the world: gateways hold a stream to any replica
 * of the operator and are told of each change of their fleet's plan. What was published stays in
 * force at the gateways when this server goes away.
 *
 * <p>Every replica publishes the same content under the same version, a hash of it, so that a
 * gateway may change replicas, and a replica restart, without a needless update.
 */
public final class XdsServer implements AutoCloseable {
  private final InetSocketAddress address;
  private final Function<TrafficPlan, EnvoyResources> translation;
  private final SimpleCache<String> cache = new SimpleCache<>(Node::getCluster);
  private final Subscribers subscribers = new Subscribers();
  private Server server;

  /**
   * @param port TCP port on all addresses, 0 for any free one
   */
  public XdsServer(int port) {
    this(new InetSocketAddress(port), EnvoyResources::of);
  }

  /** As {@link #XdsServer(int)}, on one address, with gateways that may listen elsewhere. */
  XdsServer(InetSocketAddress address, Function<TrafficPlan, EnvoyResources> translation) {
    this.address = address;
    this.translation = translation;
  }

  /** Makes this the plan of its fleet, and sends what changed to all its gateways. Thread-safe. */
  public void publish(TrafficPlan plan) {
    var resources = translation.apply(plan);
    cache.setSnapshot(plan.fleet().nodeCluster(), snapshot(resources));
  }

  /**
   * Ends a fleet that was deleted. While gateways of it are connected its last plan stays, so that
   * they serve until they go. Thread-safe.
   */
  public void forget(FleetKey fleet) {
    cache.clearSnapshot(fleet.nodeCluster());
  }

  /**
   * Opens the port. Gateways that connect get what was published; one whose fleet has no plan yet
   * waits, and keeps what it has.
   *
   * @throws UncheckedIOException when the port is taken
   */
  public synchronized void start() {
    var discovery = new V3DiscoveryServer(subscribers, cache);
    try {
      server =
          NettyServerBuilder.forAddress(address)
              // the gateways' PINGs are more frequent than gRPC allows by default
              .permitKeepAliveTime(1, TimeUnit.SECONDS)
              .permitKeepAliveWithoutCalls(true)
              // and a gateway in a dark zone must not stay among the connected ones
              .keepAliveTime(5, TimeUnit.SECONDS)
              .keepAliveTimeout(5, TimeUnit.SECONDS)
              .addService(discovery.getAggregatedDiscoveryServiceImpl())
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot serve xDS on " + address, e);
    }
  }

  /** The open port; 0 before {@link #start()}. */
  public synchronized int port() {
    return server == null ? 0 : server.getPort();
  }

  /** Gateways of a fleet that hold a stream to this replica, 0 or more. */
  public int connected(FleetKey fleet) {
    return subscribers.connected(fleet);
  }

  /** Why a gateway refused the fleet's present plan, in Envoy's words; empty when none did. */
  public Optional<String> rejection(FleetKey fleet) {
    return subscribers.rejection(fleet);
  }

  /** Closes the port and all streams at once; afterwards the port is free. */
  @Override
  public synchronized void close() {
    if (server == null) {
      return;
    }
    try {
      server.shutdownNow().awaitTermination(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Snapshot snapshot(EnvoyResources r) {
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
