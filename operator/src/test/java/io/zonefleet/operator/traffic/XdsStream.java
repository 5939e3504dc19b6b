package io.zonefleet.operator.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Status;
import io.envoyproxy.controlplane.cache.Resources;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.ChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.zonefleet.operator.trust.Leaf;
import io.zonefleet.operator.trust.Pem;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A gateway's stream. */
final class XdsStream implements AutoCloseable, StreamObserver<DiscoveryResponse> {
  private static final String ENDPOINTS = Resources.V3.ENDPOINT_TYPE_URL;

  private final ManagedChannel channel;
  private final StreamObserver<DiscoveryRequest> requests;
  private final BlockingQueue<DiscoveryResponse> responses = new LinkedBlockingQueue<>();
  private final CompletableFuture<io.grpc.Status> end = new CompletableFuture<>();
  private final Node node;

  XdsStream(int port, FleetKey fleet, TestTrust trust) {
    this(port, fleet, credentials(trust.gateway(fleet)));
  }

  XdsStream(int port, FleetKey fleet, String zone, TestTrust trust) {
    this(port, fleet, zone, credentials(trust.gateway(fleet)));
  }

  XdsStream(int port, FleetKey fleet, ChannelCredentials credentials) {
    this(port, fleet, "", credentials);
  }

  private XdsStream(int port, FleetKey fleet, String zone, ChannelCredentials credentials) {
    node = node(fleet, zone);
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port, credentials)
            .overrideAuthority(TestTrust.XDS_NAME)
            .build();
    requests = AggregatedDiscoveryServiceGrpc.newStub(channel).streamAggregatedResources(this);
  }

  /** Shows a certificate, and trusts whom its holder trusts. */
  static ChannelCredentials credentials(Leaf leaf) {
    try {
      return TlsChannelCredentials.newBuilder()
          .keyManager(stream(Pem.of(leaf.own().certificate())), stream(Pem.of(leaf.own().key())))
          .trustManager(stream(Pem.of(leaf.trusted())))
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Shows none. */
  static ChannelCredentials anonymous(Leaf leaf) {
    try {
      return TlsChannelCredentials.newBuilder()
          .trustManager(stream(Pem.of(leaf.trusted())))
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream stream(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static Node node(FleetKey fleet, String zone) {
    return Node.newBuilder()
        .setId("gw-0")
        .setCluster(fleet.nodeCluster())
        .setLocality(Locality.newBuilder().setZone(zone))
        .build();
  }

  void ask(String type) {
    ask(type, node);
  }

  /** Asks as if it were of another fleet. */
  void askAs(FleetKey fleet, String type) {
    ask(type, node(fleet, ""));
  }

  private void ask(String type, Node as) {
    var request = DiscoveryRequest.newBuilder().setNode(as).setTypeUrl(type);
    if (type.equals(ENDPOINTS)) {
      request.addResourceNames(EnvoyResources.CLUSTER);
    }
    requests.onNext(request.build());
  }

  void accept(DiscoveryResponse response) {
    requests.onNext(answer(response).setVersionInfo(response.getVersionInfo()).build());
  }

  void refuse(DiscoveryResponse response, String why) {
    requests.onNext(answer(response).setErrorDetail(Status.newBuilder().setMessage(why)).build());
  }

  private DiscoveryRequest.Builder answer(DiscoveryResponse response) {
    var request =
        DiscoveryRequest.newBuilder()
            .setNode(node)
            .setTypeUrl(response.getTypeUrl())
            .setResponseNonce(response.getNonce());
    if (response.getTypeUrl().equals(ENDPOINTS)) {
      request.addResourceNames(EnvoyResources.CLUSTER);
    }
    return request;
  }

  DiscoveryResponse next() throws InterruptedException {
    var response = responses.poll(5, TimeUnit.SECONDS);
    assertThat(response).as("a response within 5 s").isNotNull();
    return response;
  }

  /** Whether nothing comes for 300 ms. */
  boolean nothing() throws InterruptedException {
    return responses.poll(300, TimeUnit.MILLISECONDS) == null;
  }

  /** How the stream ended, within 5 s. */
  io.grpc.Status end() throws Exception {
    return end.get(5, TimeUnit.SECONDS);
  }

  @Override
  public void onNext(DiscoveryResponse response) {
    responses.add(response);
  }

  @Override
  public void onError(Throwable error) {
    end.complete(io.grpc.Status.fromThrowable(error));
  }

  @Override
  public void onCompleted() {
    end.complete(io.grpc.Status.OK);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
