package io.zonefleet.operator.zones;

/**
 * What one gateway says of one inference pod.
 *
 * @param healthy the gateway sends requests to it
 * @param failedActiveCheck its active checks fail
 * @param pending no active check has ended yet, so neither of the two is evidence
 * @param timedOut the last active check had no answer at all: a pod that is slow, frozen or cut
 *     off, not one that refuses
 * @param running requests that the gateway has there and that have not ended, 0 or more
 */
public record EndpointHealth(
    String zone,
    boolean healthy,
    boolean failedActiveCheck,
    boolean pending,
    boolean timedOut,
    int running) {
  /** One without a request. */
  public EndpointHealth(
      String zone, boolean healthy, boolean failedActiveCheck, boolean pending, boolean timedOut) {
    this(zone, healthy, failedActiveCheck, pending, timedOut, 0);
  }

  /** A failed check that was answered, by the pod or by its node. */
  boolean refuses() {
    return failedActiveCheck && !pending && !timedOut;
  }
}
