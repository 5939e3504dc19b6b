package io.zonefleet.inference.api;

import static io.restassured.RestAssured.get;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits until the pod under test has loaded its model. */
final class Ready {
  private Ready() {}

  static void await() {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (get("/readyz").statusCode() != 200) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not ready after 30 s: " + get("/readyz").asString());
      }
      LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
    }
  }
}
