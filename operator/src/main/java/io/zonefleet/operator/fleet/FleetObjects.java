package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.Zone;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The Kubernetes objects that make a fleet; a pure function of the resource. */
public final class FleetObjects {

  private FleetObjects() {}

  /**
   * All desired objects, in the order in which they are to be applied: what pods need comes before
   * the pods. Everything but claims has the fleet as its controlling owner.
   *
   * @param fleet as the API server stores it, with namespace, uid and the schema's defaults; one
   *     without {@link FleetProblems}
   */
  public static List<HasMetadata> of(DeepSeekDeployment fleet, FleetSettings settings) {
    return of(fleet, settings, FrontDoor.asked(fleet), Map.of());
  }

  /**
   * As the other one, while the front Service may be turning, and zones stand in for another.
   *
   * @param door whom clients reach
   * @param replicas of zones that are to have others than the spec says
   */
  public static List<HasMetadata> of(
      DeepSeekDeployment fleet,
      FleetSettings settings,
      FrontDoor door,
      Map<String, Integer> replicas) {
    var objects = new ArrayList<HasMetadata>(Access.of(fleet, settings, door));
    if (door.gateways()) {
      objects.add(GatewayObjects.bootstrap(fleet, settings));
    }
    objects.addAll(Weights.claims(fleet));
    objects.add(GatewayObjects.front(fleet, door));
    if (door.gateways()) {
      objects.add(Budgets.gateways(fleet));
    }
    for (Zone zone : fleet.getSpec().zones()) {
      objects.add(Budgets.inference(fleet, zone.name()));
      objects.addAll(InferenceObjects.of(fleet, zone, replicas, settings));
      if (door.gateways()) {
        objects.add(GatewayObjects.deployment(fleet, zone.name(), settings));
      }
    }
    return List.copyOf(objects);
  }
}
