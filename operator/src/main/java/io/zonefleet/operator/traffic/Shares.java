package io.zonefleet.operator.traffic;

import java.util.List;

/** Weights of zones that make Envoy share requests by weight times ready pods. */
final class Shares {
  /**
   * What Envoy grants a zone, in percent of its healthy part: one with 71 % of its pods healthy
   * keeps its whole weight, one with 50 % keeps 70 % of it. The same figure rules when a priority
   * passes requests on to the next. It is Envoy's default, and gateways are told it all the same.
   */
  static final int OVERPROVISIONING = 140;

  /** 16 zones of it stay below Envoy's bound, 2^32 - 1 for the sum of a priority. */
  private static final int MAX_WEIGHT = 200_000_000;

  private Shares() {}

  /**
   * The weight to tell Envoy, so that what it makes of it (weight × min(1, 1.4 × healthy part)) is
   * {@code perPod} × healthy pods. When a pod fails, Envoy's rule holds until the next plan: then
   * the share is exact again.
   *
   * @param perPod share of one pod, 0 or more
   * @param pods of the zone; those that drain take nothing new, and Envoy leaves them out too
   * @param admitted how many of them gateways see healthy; 0 when that is not known
   */
  static int ofZone(int perPod, List<TrafficPlan.Endpoint> pods, int admitted) {
    long open = pods.stream().filter(e -> !e.draining()).count();
    double healthy = admitted > 0 ? Math.min(admitted, open) : open;
    double granted = Math.min(1, OVERPROVISIONING / 100.0 * healthy / Math.max(1, open));
    double weight = healthy == 0 ? perPod : perPod * healthy / granted;
    return (int) Math.clamp(Math.round(weight), 1, MAX_WEIGHT);
  }
}
