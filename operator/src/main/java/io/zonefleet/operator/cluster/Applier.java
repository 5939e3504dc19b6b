package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import java.util.List;

/** Brings a fleet's objects in the cluster to their desired state by server-side apply. */
public final class Applier {
  private final KubernetesClient client;

  public Applier(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Applies what differs, deletes what the fleet owns and no longer needs, and touches nothing
   * else: no claim is deleted, no object of another owner is changed.
   *
   * @param desired from {@code FleetObjects}, in the order in which to apply
   */
  public Applied apply(DeepSeekDeployment owner, List<HasMetadata> desired) {
    throw new UnsupportedOperationException("follows");
  }
}
