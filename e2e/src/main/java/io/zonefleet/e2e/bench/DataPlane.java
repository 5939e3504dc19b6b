package io.zonefleet.e2e.bench;

/** A way from clients to the same pods. The constants are spelled as the results spell them. */
enum DataPlane {
  /** The fleet's front Service and its gateways. */
  zonefleet,
  /** A plain Service over the inference pods, with their readiness probes. */
  service,
  /** HAProxy beside the clients. */
  haproxy
}
