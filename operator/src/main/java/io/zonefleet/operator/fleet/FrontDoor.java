package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.Service;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.Gateway;
import io.zonefleet.api.v1alpha1.GatewayMode;
import io.zonefleet.api.v1alpha1.Traffic;
import java.util.Map;
import java.util.Optional;

/**
 * Whom clients reach through the front Service.
 *
 * @param selects {@link Labels#GATEWAY} or {@link Labels#INFERENCE}: the pods that the Service
 *     selects
 * @param settled false while it turns from one to the other: then both are there for clients
 */
public record FrontDoor(String selects, boolean settled) {

  /** As {@code spec.traffic.gateway.mode} asks. */
  public static FrontDoor asked(DeepSeekDeployment fleet) {
    return new FrontDoor(hasGateways(fleet) ? Labels.GATEWAY : Labels.INFERENCE, true);
  }

  /** Whether the spec asks for gateways. */
  public static boolean hasGateways(DeepSeekDeployment fleet) {
    return Optional.ofNullable(fleet.getSpec().traffic())
        .map(Traffic::gateway)
        .map(Gateway::mode)
        .filter(mode -> mode == GatewayMode.Disabled)
        .isEmpty();
  }

  /** The component that a live front Service selects; empty when it is no such Service. */
  public static Optional<String> selected(Service front) {
    return Optional.ofNullable(front.getSpec())
        .map(spec -> spec.getSelector())
        .map((Map<String, String> selector) -> selector.get(Labels.COMPONENT));
  }

  /** Whether there are gateways. */
  boolean gateways() {
    return !settled || selects.equals(Labels.GATEWAY);
  }

  /** Whether inference pods take requests of everybody. */
  boolean podsAreOpen() {
    return !settled || selects.equals(Labels.INFERENCE);
  }
}
