package io.zonefleet.api.v1alpha1;

/** Whether gateways prefer pods that are near them. */
public enum Locality {
  /** A gateway spreads its requests over all serving zones by weight. */
  None,
  /** A gateway keeps its requests in its own zone while pods there are healthy. */
  PreferSameZone
}
