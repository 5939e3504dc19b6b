package io.zonefleet.operator.traffic;

import java.time.Duration;

/**
 * What a fleet's resource says of its gateways.
 *
 * @param http2 whether pods speak HTTP/2 without TLS; over HTTP/1.1 a request that a frozen pod
 *     holds is not replayed
 * @param streamIdle silence after which a gateway closes a stream, above 0
 */
public record GatewaySettings(HealthCheckSettings healthCheck, boolean http2, Duration streamIdle) {
  public static final GatewaySettings DEFAULT =
      new GatewaySettings(HealthCheckSettings.DEFAULT, true, Duration.ofSeconds(60));

  public GatewaySettings {
    if (!streamIdle.isPositive()) {
      throw new IllegalArgumentException("streamIdle " + streamIdle + " must be above 0");
    }
  }
}
