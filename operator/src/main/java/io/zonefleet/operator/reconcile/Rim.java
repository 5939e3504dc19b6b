package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.operator.cluster.StatusStore;
import io.zonefleet.operator.status.Known;
import io.zonefleet.operator.status.Surroundings;
import io.zonefleet.operator.traffic.TrafficPlan;
import io.zonefleet.operator.zones.Action;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * All that the slow loop of one fleet asks of the world and does to it. The operator's is {@link
 * FleetLoop}; the simulation has one whose API server, gateways and clock are simulated.
 */
interface Rim {
  Instant now();

  /** Takes one look at the fleet. */
  Surroundings look(DeepSeekDeployment fleet);

  /** What else is known, for the status to tell. */
  Known known(DeepSeekDeployment fleet, Surroundings around);

  /**
   * The resource as the API server has it now, past all caches; empty when it is gone.
   *
   * @throws KubernetesClientException when the API server does not answer
   */
  Optional<DeepSeekDeployment> read();

  /** Writes the status if the resource is still the one that was read. */
  StatusStore.Outcome write(DeepSeekDeployment read, DeepSeekDeploymentStatus status);

  /** Whether the leader is another replica, in the dark and silent, so that nobody leads now. */
  boolean leaderIsGone();

  /** Puts pods that are to serve into the front Service and takes the others out. */
  void label(List<Pod> pods, Predicate<Pod> toServe);

  /** Takes away all labels, of pods that the front Service does not select. */
  void unlabel(List<Pod> pods);

  /** Makes this the plan of the gateways that hold their stream to this replica. */
  void publish(TrafficPlan plan);

  /** Tells of what was decided. */
  void tell(DeepSeekDeployment fleet, long epoch, Instant at, Action action);

  /** Tells of a switch that another leader made and may not have told of. Twice does no harm. */
  void retell(DeepSeekDeployment fleet, Action.ZoneSwitched made);
}
