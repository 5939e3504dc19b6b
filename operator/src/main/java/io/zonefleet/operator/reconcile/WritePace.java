package io.zonefleet.operator.reconcile;

import java.time.Duration;
import java.time.Instant;

/**
 * When a status is written: a decision at once, anything else when it has differed for a second, so
 * that flapping pods are one write a second. A doubt waits longer, for its decision is on the way:
 * one zone's loss is one write, and that write is not behind another one.
 */
final class WritePace {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** Longer than a zone that does not answer takes to be lost, its slowest witness included. */
  private static final Duration DOUBTFUL = Duration.ofSeconds(2);

  private Instant differsSince;

  /**
   * @param differs whether the status is another one than what is written
   * @param urgent whether it is of a decision
   * @param doubtful whether a decision may follow soon
   */
  boolean isDue(boolean differs, boolean urgent, boolean doubtful, Instant now) {
    if (!differs) {
      differsSince = null;
      return urgent;
    }
    if (differsSince == null) {
      differsSince = now;
    }
    var patience = doubtful ? DOUBTFUL : PATIENCE;
    return urgent || Duration.between(differsSince, now).compareTo(patience) >= 0;
  }

  void written() {
    differsSince = null;
  }
}
