package io.zonefleet.operator.traffic;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.zonefleet.operator.trust.GatewayIdentity;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jboss.logging.Logger;

/**
 * Gives a gateway the plan of the fleet that its certificate names, and of no other: each request
 * is compared, for a stream may carry as many as it likes.
 */
final class OwnFleetOnly implements ServerInterceptor {
  private static final Logger LOG = Logger.getLogger(OwnFleetOnly.class);

  @Override
  public <Q, S> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> next) {
    var fleet = fleet(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
    if (fleet.isEmpty()) {
      call.close(
          Status.UNAUTHENTICATED.withDescription("the certificate is not that of a gateway"),
          new Metadata());
      return new ServerCall.Listener<>() {};
    }
    var refusable = new Refusable<>(call);
    return new Guarded<>(fleet.get(), refusable, next.startCall(refusable, headers));
  }

  private static Optional<FleetKey> fleet(SSLSession session) {
    try {
      return Optional.ofNullable(session)
          .map(OwnFleetOnly::certificate)
          .flatMap(GatewayIdentity::of)
          .map(who -> new FleetKey(who.namespace(), who.fleet()));
    } catch (IllegalStateException e) {
      return Optional.empty();
    }
  }

  private static X509Certificate certificate(SSLSession session) {
    try {
      Certificate[] chain = session.getPeerCertificates();
      return (X509Certificate) chain[0];
    } catch (SSLPeerUnverifiedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A call that may be ended from here with a reason of ours. */
  private static final class Refusable<Q, S> extends SimpleForwardingServerCall<Q, S> {
    private volatile Status refusal;
    private boolean closed;

    Refusable(ServerCall<Q, S> call) {
      super(call);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      closed = true;
      super.close(refusal == null ? status : refusal, trailers);
    }
  }

  private static final class Guarded<Q, S> extends SimpleForwardingServerCallListener<Q> {
    private final FleetKey fleet;
    private final Refusable<Q, S> call;

    Guarded(FleetKey fleet, Refusable<Q, S> call, ServerCall.Listener<Q> stream) {
      super(stream);
      this.fleet = fleet;
      this.call = call;
    }

    @Override
    public void onMessage(Q message) {
      var asked = cluster(message);
      if (call.refusal != null) {
        return;
      }
      if (asked.equals(fleet.nodeCluster())) {
        super.onMessage(message);
        return;
      }
      LOG.warnf("a gateway of %s asked for the plan of '%s'", fleet.nodeCluster(), asked);
      call.refusal =
          Status.PERMISSION_DENIED.withDescription(
              "node.cluster '%s' is not the fleet of the certificate, %s"
                  .formatted(asked, fleet.nodeCluster()));
      // the discovery service ends its side as if the gateway had left, and sends nothing more
      super.onCancel();
      if (!call.closed) {
        call.close(call.refusal, new Metadata());
      }
    }

    private static String cluster(Object message) {
      return switch (message) {
        case DiscoveryRequest request -> request.getNode().getCluster();
        case DeltaDiscoveryRequest request -> request.getNode().getCluster();
        default -> "";
      };
    }

    @Override
    public void onHalfClose() {
      if (call.refusal == null) {
        super.onHalfClose();
      }
    }

    @Override
    public void onCancel() {
      if (call.refusal == null) {
        super.onCancel();
      }
    }

    @Override
    public void onComplete() {
      if (call.refusal == null) {
        super.onComplete();
      }
    }
  }
}
