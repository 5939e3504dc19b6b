package io.zonefleet.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** When a status is written. */
class WritePaceTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

  private final WritePace pace = new WritePace();

  @Test
  void aDecisionIsWrittenAtOnce() {
    assertThat(pace.isDue(true, true, NOW)).isTrue();
  }

  @Test
  void anythingElseWaitsASecond() {
    assertThat(pace.isDue(true, false, NOW)).isFalse();
    assertThat(pace.isDue(true, false, NOW.plusMillis(999))).isFalse();
    assertThat(pace.isDue(true, false, NOW.plusMillis(1000))).isTrue();
  }

  @Test
  void whatIsAsItWasIsNotWritten() {
    assertThat(pace.isDue(true, false, NOW)).isFalse();
    assertThat(pace.isDue(false, false, NOW.plusMillis(500))).isFalse();
    assertThat(pace.isDue(true, false, NOW.plusMillis(1200))).as("differs anew").isFalse();
  }

  @Test
  void afterAWriteTheNextOneWaitsAgain() {
    pace.isDue(true, false, NOW);
    pace.written();

    assertThat(pace.isDue(true, false, NOW.plusMillis(1100))).isFalse();
  }
}
