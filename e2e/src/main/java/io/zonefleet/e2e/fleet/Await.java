package io.zonefleet.e2e.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/**
 * Waits for a condition with a deadline. It looks often at first and less often later: each look at
 * the cluster takes processor time from what is waited for.
 */
public final class Await {

  private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
  private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

  private Await() {}

  /**
   * Returns how long it took.
   *
   * @throws AssertionError if the condition does not hold within the deadline
   */
  public static Duration until(String what, Duration deadline, BooleanSupplier condition) {
    var start = Instant.now();
    var pause = FIRST_PAUSE;
    while (!condition.getAsBoolean()) {
      if (Duration.between(start, Instant.now()).compareTo(deadline) > 0) {
        throw new AssertionError("not within " + deadline.toMillis() + " ms: " + what);
      }
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for " + what, e);
      }
      pause = longer(pause);
    }
    return Duration.between(start, Instant.now());
  }

  private static Duration longer(Duration pause) {
    var longer = pause.multipliedBy(5).dividedBy(4);
    return longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
  }
}
