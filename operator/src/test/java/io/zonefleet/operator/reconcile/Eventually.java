package io.zonefleet.operator.reconcile;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition with a deadline. */
final class Eventually {
  private Eventually() {}

  /**
   * @return how long it took
   * @throws AssertionError if it does not hold within the deadline
   */
  static Duration holds(String what, Duration deadline, BooleanSupplier condition) {
    return holds(() -> what, deadline, condition);
  }

  /** As above, with words that say how it is instead. */
  static Duration holds(Supplier<String> what, Duration deadline, BooleanSupplier condition) {
    long begun = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - begun > deadline.toNanos()) {
        throw new AssertionError("not within " + deadline + ": " + what.get());
      }
      LockSupport.parkNanos(20_000_000);
    }
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  /**
   * Looks on for the whole time.
   *
   * @throws AssertionError if it ever does not hold
   */
  static void staysSo(String what, Duration time, BooleanSupplier condition) {
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < time.toNanos()) {
      if (!condition.getAsBoolean()) {
        throw new AssertionError("no longer so: " + what);
      }
      LockSupport.parkNanos(20_000_000);
    }
  }
}
