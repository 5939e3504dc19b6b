package io.zonefleet.operator.zones;

/** A zone's part in the fleet; the constants are spelled as {@code status} spells them. */
public enum Role {
  Active,
  Standby,
  /** Some observers cannot reach it; what it did before, it goes on doing. */
  Suspect,
  Lost,
  /** Healthy again after a loss or a drain, and held until it has proved stable. */
  Returning,
  Drained
}
