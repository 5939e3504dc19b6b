package io.zonefleet.e2e.fleet;

import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/** Waits for a condition with a deadline. */
public final class Await {

  private static final Duration POLL = Duration.ofMillis(20);

  private Await() {}

  /**
   * Returns how long it took.
   *
   * @throws AssertionError if the condition does not hold within the deadline
   */
  public static Duration until(String what, Duration deadline, BooleanSupplier condition) {
    var start = Instant.now();
    while (!condition.getAsBoolean()) {
      if (Duration.between(start, Instant.now()).compareTo(deadline) > 0) {
        throw new AssertionError("not within " + deadline.toMillis() + " ms: " + what);
      }
      try {
        Thread.sleep(POLL);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for " + what, e);
      }
    }
    return Duration.between(start, Instant.now());
  }
}
