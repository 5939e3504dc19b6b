package io.zonefleet.api.v1alpha1;

/** Which zones take requests. */
public enum TrafficPolicy {
  /** One zone serves; the next in the order of {@code spec.zones} takes over. */
  ActiveStandby,
  /** All zones serve, by weight times ready pods. */
  ActiveActive
}
