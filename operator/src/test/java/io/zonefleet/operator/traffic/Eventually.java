package io.zonefleet.operator.traffic;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Waits for a condition, with a deadline. */
public final class Eventually {
  private Eventually() {}

  /**
   * Returns once the condition holds; an exception counts as not yet.
   *
   * @throws AssertionError naming {@code what} when the deadline passes
   */
  public static void holds(Duration deadline, Supplier<String> what, Callable<Boolean> condition)
      throws InterruptedException {
    long end = System.nanoTime() + deadline.toNanos();
    Exception last = null;
    while (System.nanoTime() < end) {
      try {
        if (condition.call()) {
          return;
        }
        last = null;
      } catch (InterruptedException e) {
        throw e;
      } catch (Exception e) {
        last = e;
      }
      Thread.sleep(10);
    }
    throw new AssertionError("not within " + deadline + ": " + what.get(), last);
  }
}
