package io.zonefleet.operator.zones;

/** How traffic is laid over healthy zones; the constants are spelled as the API spells them. */
public enum Policy {
  /** One zone serves; the others stand by in the order of the spec. */
  ActiveStandby,
  /** Every healthy zone serves its weight. */
  ActiveActive
}
