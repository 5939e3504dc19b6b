package io.zonefleet.operator.traffic;

import io.envoyproxy.controlplane.server.DiscoveryServerCallbacks;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.Status;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** Which gateways hold a stream, and which of them refused what they were told. Thread-safe. */
final class Subscribers implements DiscoveryServerCallbacks {
  private static final Logger LOG = Logger.getLogger(Subscribers.class);

  /** A gateway's stream; a refusal stays until the gateway accepts the same kind of resource. */
  private record Stream(String fleet, String gateway, Map<String, String> refused) {}

  private final Map<Long, Stream> streams = new ConcurrentHashMap<>();

  int connected(FleetKey fleet) {
    return (int)
        streams.values().stream().filter(s -> s.fleet().equals(fleet.nodeCluster())).count();
  }

  Optional<String> rejection(FleetKey fleet) {
    return streams.values().stream()
        .filter(s -> s.fleet().equals(fleet.nodeCluster()))
        .flatMap(s -> s.refused().values().stream().map(why -> s.gateway() + ": " + why))
        .sorted()
        .findFirst();
  }

  @Override
  public void onV3StreamRequest(long streamId, DiscoveryRequest request) {
    var node = request.getNode();
    var stream =
        streams.computeIfAbsent(
            streamId, id -> new Stream(node.getCluster(), node.getId(), new ConcurrentHashMap<>()));
    var kind = request.getTypeUrl();
    if (request.hasErrorDetail()) {
      var why = request.getErrorDetail().getMessage();
      if (!why.equals(stream.refused().put(kind, why))) {
        LOG.errorf("gateway %s of %s refused %s: %s", node.getId(), node.getCluster(), kind, why);
      }
    } else {
      stream.refused().remove(kind);
    }
  }

  /** Gateways are told by the bootstrap to ask for the state of the world. */
  @Override
  public void onV3StreamDeltaRequest(long streamId, DeltaDiscoveryRequest request) {
    throw Status.UNIMPLEMENTED.withDescription("delta discovery").asRuntimeException();
  }

  @Override
  public void onStreamClose(long streamId, String typeUrl) {
    ended(streamId);
  }

  @Override
  public void onStreamCloseWithError(long streamId, String typeUrl, Throwable error) {
    ended(streamId);
  }

  private void ended(long streamId) {
    var stream = streams.remove(streamId);
    if (stream != null) {
      LOG.debugf("gateway %s of %s left", stream.gateway(), stream.fleet());
    }
  }
}
