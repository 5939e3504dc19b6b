package io.zonefleet.api.v1alpha1;

/** Whether gateways stand before the inference pods. */
public enum GatewayMode {
  /** Clients reach gateways, which check pods and replay what these have not answered. */
  Enabled,
  /**
   * Clients reach the inference pods of serving zones; Kubernetes alone sees whether they serve.
   */
  Disabled
}
