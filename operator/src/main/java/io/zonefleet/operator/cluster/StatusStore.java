package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.operator.traffic.FleetKey;
import java.net.HttpURLConnection;
import java.util.Optional;

/** Where decisions are committed: one write of the status, only onto what was read. */
public final class StatusStore {
  private final KubernetesClient client;

  /**
   * @param client with short time-outs and without retries
   */
  public StatusStore(KubernetesClient client) {
    this.client = client;
  }

  /** What became of a write. */
  public sealed interface Outcome {
    record Written(DeepSeekDeployment fleet) implements Outcome {}

    /** Somebody has changed the resource since it was read. */
    record Conflict() implements Outcome {}

    record Failed(String why) implements Outcome {}
  }

  /**
   * The resource as the API server has it now, past all caches; empty when it is gone.
   *
   * @throws KubernetesClientException when the API server does not answer
   */
  public Optional<DeepSeekDeployment> read(FleetKey key) {
    return Optional.ofNullable(
        client
            .resources(DeepSeekDeployment.class)
            .inNamespace(key.namespace())
            .withName(key.name())
            .get());
  }

  /** Writes the status if the resource is still the one that was read. */
  public Outcome write(DeepSeekDeployment read, DeepSeekDeploymentStatus status) {
    var next = new DeepSeekDeployment();
    next.setMetadata(new ObjectMetaBuilder(read.getMetadata()).withManagedFields().build());
    next.setSpec(read.getSpec());
    next.setStatus(status);
    try {
      return new Outcome.Written(client.resource(next).updateStatus());
    } catch (KubernetesClientException e) {
      return e.getCode() == HttpURLConnection.HTTP_CONFLICT
              || e.getCode() == HttpURLConnection.HTTP_NOT_FOUND
          ? new Outcome.Conflict()
          : new Outcome.Failed(e.getMessage());
    }
  }
}
