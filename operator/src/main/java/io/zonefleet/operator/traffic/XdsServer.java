package io.zonefleet.operator.traffic;

import io.envoyproxy.controlplane.server.V3DiscoveryServer;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLException;

/**
 * Envoy's aggregated discovery service, state of the world: gateways hold a stream to any replica
 * of the operator and are told of each change of their fleet's plan. What was published stays in
 * force at the gateways when this server goes away.
 *
 * <p>Both sides show a certificate; a gateway is told the plan of the fleet that its own names.
 *
 * <p>Every replica publishes the same content under the same version, a hash of it, so that a
 * gateway may change replicas, and a replica restart, without a needless update.
 */
public final class XdsServer implements AutoCloseable {
  /** A session that is resumed shows no certificate again, so it must not outlive one by much. */
  private static final Duration RESUMPTION = Duration.ofMinutes(5);

  private final InetSocketAddress address;
  private final Snapshots snapshots;
  private final XdsCredentials credentials;
  private final Subscribers subscribers = new Subscribers();
  private Server server;

  /**
   * @param port TCP port on all addresses, 0 for any free one
   * @param credentials in use before {@link #start()}, and whatever they change to later
   */
  public XdsServer(int port, XdsCredentials credentials) {
    this(new InetSocketAddress(port), credentials, EnvoyResources::of);
  }

  /** As {@link #XdsServer}, on one address, with gateways that may listen elsewhere. */
  XdsServer(
      InetSocketAddress address,
      XdsCredentials credentials,
      Function<TrafficPlan, EnvoyResources> translation) {
    this.address = address;
    this.snapshots = new Snapshots(translation);
    this.credentials = credentials;
  }

  /** Makes this the plan of its fleet, and sends what changed to all its gateways. Thread-safe. */
  public void publish(TrafficPlan plan) {
    snapshots.publish(plan);
  }

  /**
   * Ends a fleet that was deleted. While gateways of it are connected its last plan stays, so that
   * they serve until they go. Thread-safe.
   */
  public void forget(FleetKey fleet) {
    snapshots.forget(fleet);
  }

  /**
   * Opens the port. Gateways that connect get what was published; one whose fleet has no plan yet
   * waits, and keeps what it has.
   *
   * @throws UncheckedIOException when the port is taken
   */
  public synchronized void start() {
    var discovery = new V3DiscoveryServer(List.of(subscribers, snapshots), snapshots.cache());
    try {
      server =
          NettyServerBuilder.forAddress(address)
              // the gateways' PINGs are more frequent than gRPC allows by default
              .permitKeepAliveTime(1, TimeUnit.SECONDS)
              .permitKeepAliveWithoutCalls(true)
              // and a gateway in a dark zone must not stay among the connected ones
              .keepAliveTime(5, TimeUnit.SECONDS)
              .keepAliveTimeout(5, TimeUnit.SECONDS)
              .sslContext(tls())
              .addService(
                  ServerInterceptors.intercept(
                      discovery.getAggregatedDiscoveryServiceImpl(),
                      new AskedAgain(),
                      new OwnFleetOnly()))
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot serve xDS on " + address, e);
    }
  }

  private SslContext tls() throws SSLException {
    var builder =
        SslContextBuilder.forServer(credentials.keys())
            .trustManager(credentials.trust())
            .clientAuth(ClientAuth.REQUIRE)
            .protocols("TLSv1.3")
            .sessionTimeout(RESUMPTION.toSeconds());
    return GrpcSslContexts.configure(builder, SslProvider.JDK).build();
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
}
