package io.zonefleet.operator.zones;

/**
 * What one gateway says of one inference pod.
 *
 * @param healthy the gateway sends requests to it
 * @param failedActiveCheck its active checks fail
 * @param pending no active check has ended yet, so neither of the two is evidence
 * @param running requests that the gateway has there and that have not ended, 0 or more
 */
public record EndpointHealth(
    String zone, boolean healthy, boolean failedActiveCheck, boolean pending, int running) {
  /** One without a request. */
  public EndpointHealth(String zone, boolean healthy, boolean failedActiveCheck, boolean pending) {
    this(zone, healthy, failedActiveCheck, pending, 0);
  }
}
