package io.zonefleet.operator.zones;

import java.time.Instant;
import java.util.Optional;

/** A zone that a person takes out of traffic, for good or until a time. */
public record Drain(String zone, String reason, Optional<Instant> until) {
  boolean holdsAt(Instant now) {
    return until.map(now::isBefore).orElse(true);
  }
}
