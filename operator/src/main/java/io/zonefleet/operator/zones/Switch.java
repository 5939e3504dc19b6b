package io.zonefleet.operator.zones;

import java.time.Instant;
import java.util.Optional;

/**
 * One move of traffic between zones.
 *
 * @param epoch of the decision
 * @param to zones that took over, in order, comma-separated
 * @param detectedAt first doubt of any observer, or the decision itself when a person asked
 * @param shiftedAt the decision
 * @param recoveredAt when the zone that was left was healthy and stable again
 * @param millis from detection to shift
 * @param failedRequests answered with a 5xx by gateways from the first doubt until 10 s after
 */
public record Switch(
    long epoch,
    String from,
    String to,
    Cause cause,
    Instant detectedAt,
    Instant shiftedAt,
    Optional<Instant> recoveredAt,
    long millis,
    long failedRequests) {

  /** Why traffic moved; the constants are what {@code status} and events say. */
  public enum Cause {
    ZoneLost,
    Failback,
    Drain,
    ZoneRemoved
  }

  /** As an event tells it. */
  public String inWords() {
    return "traffic moved from %s to %s (%s) in %d ms, %d requests failed"
        .formatted(from, to, cause, millis, failedRequests);
  }

  Switch recovered(Instant at) {
    return new Switch(
        epoch, from, to, cause, detectedAt, shiftedAt, Optional.of(at), millis, failedRequests);
  }

  Switch failing(long requests) {
    return new Switch(epoch, from, to, cause, detectedAt, shiftedAt, recoveredAt, millis, requests);
  }
}
