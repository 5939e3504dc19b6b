package io.zonefleet.inference.engine;

import java.time.Duration;

/** No slot became free for a request within its patience; another server may have one. */
public final class WaitedTooLongException extends RuntimeException {
  public WaitedTooLongException(Duration waited) {
    super("no slot became free within " + waited.toMillis() + " ms");
  }
}
