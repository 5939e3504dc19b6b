package io.zonefleet.operator.zones;

import java.util.ArrayList;
import java.util.List;

/** The gateways of one zone, as witnesses: they have one vote together. */
final class Voter {
  final String zone;
  private final List<GatewayReport> believed = new ArrayList<>();
  private boolean answers;

  Voter(String zone) {
    this.zone = zone;
  }

  void add(GatewayReport gateway, boolean credible) {
    answers |= gateway.reachable();
    if (credible) {
      believed.add(gateway);
    }
  }

  /** Whether a gateway answers the operator, if only to say what nobody believes. */
  boolean answers() {
    return answers;
  }

  boolean isBelieved() {
    return !believed.isEmpty();
  }

  boolean seesHealthy(String inZone) {
    for (var gateway : believed) {
      if (gateway.seesHealthy(inZone)) {
        return true;
      }
    }
    return false;
  }

  boolean seesDark(String inZone) {
    for (var gateway : believed) {
      if (gateway.seesDark(inZone)) {
        return true;
      }
    }
    return false;
  }

  /** Whether all gateways that see the zone dark had answers to their checks. */
  boolean isRefusedBy(String inZone) {
    return believed.stream().filter(g -> g.seesDark(inZone)).allMatch(g -> g.isRefusedBy(inZone));
  }
}
