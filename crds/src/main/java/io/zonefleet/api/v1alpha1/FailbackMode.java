package io.zonefleet.api.v1alpha1;

/** Who decides that traffic returns to a zone that was lost. */
public enum FailbackMode {
  /** The operator, once the zone has been healthy for {@code stableSeconds}. */
  Automatic,
  /** A person; until then the zone stays standby. */
  Manual
}
