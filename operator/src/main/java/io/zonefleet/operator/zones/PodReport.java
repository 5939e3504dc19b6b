package io.zonefleet.operator.zones;

import java.time.Instant;
import java.util.Optional;

/**
 * What the API server says of one inference pod.
 *
 * @param address empty until it has one
 * @param terminating it is being deleted
 * @param startsUp it has not been ready yet, and none of its containers has ended
 * @param runsSince when the last of its containers that run started; empty where none runs
 */
public record PodReport(
    String name,
    String zone,
    String address,
    boolean ready,
    boolean terminating,
    boolean startsUp,
    Optional<Instant> runsSince) {

  /** One that stays, has been ready before, and has run for nobody knows how long. */
  public PodReport(String name, String zone, String address, boolean ready) {
    this(name, zone, address, ready, false, false, Optional.empty());
  }
}
