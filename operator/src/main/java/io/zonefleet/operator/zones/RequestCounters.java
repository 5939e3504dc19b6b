package io.zonefleet.operator.zones;

/**
 * A gateway's request totals since it started.
 *
 * @param total requests that clients sent
 * @param failed of those, answered with a 5xx status
 * @param retried tries beyond the first
 */
public record RequestCounters(long total, long failed, long retried) {
  public static final RequestCounters NONE = new RequestCounters(0, 0, 0);
}
