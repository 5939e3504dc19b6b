package io.zonefleet.inference.engine;

import java.time.Duration;

/**
 * What the engine is doing.
 *
 * @param running generations that hold a slot
 * @param waiting generations in the admission queue
 * @param cacheUsage share of the key-value cache in use, 0 to 1
 * @param stalled how long there has been work without progress; zero when idle
 */
public record EngineLoad(int running, int waiting, double cacheUsage, Duration stalled) {
  public boolean idle() {
    return running == 0 && waiting == 0;
  }
}
