package io.zonefleet.operator.reconcile;

import java.time.Duration;
import java.time.Instant;

/**
 * When a status is written: a decision at once, anything else when it has differed for a second, so
 * that one zone's loss is one write and flapping pods are one write a second.
 */
final class WritePace {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private Instant differsSince;

  boolean isDue(boolean differs, boolean urgent, Instant now) {
    if (!differs) {
      differsSince = null;
      return urgent;
    }
    if (differsSince == null) {
      differsSince = now;
    }
    return urgent || Duration.between(differsSince, now).compareTo(PATIENCE) >= 0;
  }

  void written() {
    differsSince = null;
  }
}
