package io.zonefleet.operator.traffic;

/**
 * How gateways check each inference pod.
 *
 * @param path answers 200 when the pod can serve
 * @param intervalMillis between two checks, above 0
 * @param timeoutMillis of one check, above 0
 * @param failureThreshold failed checks in a row that take a pod out, 1 or more
 * @param successThreshold passed checks in a row that bring it back, 1 or more
 */
public record HealthCheckSettings(
    String path,
    int intervalMillis,
    int timeoutMillis,
    int failureThreshold,
    int successThreshold) {
  public static final HealthCheckSettings DEFAULT =
      new HealthCheckSettings("/readyz", 250, 250, 2, 3);

  public HealthCheckSettings {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("path '" + path + "' must begin with /");
    }
    atLeastOne("intervalMillis", intervalMillis);
    atLeastOne("timeoutMillis", timeoutMillis);
    atLeastOne("failureThreshold", failureThreshold);
    atLeastOne("successThreshold", successThreshold);
  }

  private static void atLeastOne(String field, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(field + " " + value + " must be 1 or more");
    }
  }
}
