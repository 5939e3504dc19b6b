package io.zonefleet.operator.traffic;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.HashMap;
import java.util.Map;

/**
 * Answers a gateway that asks again for what it has accepted. Envoy does so when its cluster has
 * changed on disk: the new one waits for its endpoints, and would wait for ever, for to the
 * snapshot cache a repeated request looks like a repeated acceptance.
 */
final class AskedAgain implements ServerInterceptor {

  @Override
  public <Q, S> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> next) {
    return new Stream<>(next.startCall(call, headers));
  }

  private static final class Stream<Q> extends SimpleForwardingServerCallListener<Q> {
    /** By kind of resource. Each answer has a nonce of its own, so an acceptance comes once. */
    private final Map<String, DiscoveryRequest> last = new HashMap<>();

    Stream(ServerCall.Listener<Q> stream) {
      super(stream);
    }

    @Override
    @SuppressWarnings("unchecked")
    public void onMessage(Q message) {
      if (message instanceof DiscoveryRequest request
          && request.equals(last.put(request.getTypeUrl(), request))) {
        super.onMessage((Q) request.toBuilder().clearVersionInfo().build());
      } else {
        super.onMessage(message);
      }
    }
  }
}
