package io.zonefleet.operator.zones;

/**
 * What the API server says of one inference pod.
 *
 * @param address empty until it has one
 * @param terminating it is being deleted
 * @param startsUp it has not been ready yet, and none of its containers has ended
 */
public record PodReport(
    String name,
    String zone,
    String address,
    boolean ready,
    boolean terminating,
    boolean startsUp) {

  /** One that stays, and has been ready before. */
  public PodReport(String name, String zone, String address, boolean ready) {
    this(name, zone, address, ready, false, false);
  }
}
