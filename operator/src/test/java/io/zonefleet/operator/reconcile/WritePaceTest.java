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
    assertThat(pace.isDue(true, true, false, NOW)).isTrue();
  }

  @Test
  void anythingElseWaitsASecond() {
    assertThat(pace.isDue(true, false, false, NOW)).isFalse();
    assertThat(pace.isDue(true, false, false, NOW.plusMillis(999))).isFalse();
    assertThat(pace.isDue(true, false, false, NOW.plusMillis(1000))).isTrue();
  }

  @Test
  void aDoubtWaitsForItsDecisionTwoSecondsAtMost() {
    assertThat(pace.isDue(true, false, true, NOW)).isFalse();
    assertThat(pace.isDue(true, false, true, NOW.plusMillis(1999))).isFalse();
    assertThat(pace.isDue(true, false, true, NOW.plusMillis(2000))).isTrue();
  }

  @Test
  void whatIsAsItWasIsNotWritten() {
    assertThat(pace.isDue(true, false, false, NOW)).isFalse();
    assertThat(pace.isDue(false, false, false, NOW.plusMillis(500))).isFalse();
    assertThat(pace.isDue(true, false, false, NOW.plusMillis(1200))).as("differs anew").isFalse();
  }

  @Test
  void afterAWriteTheNextOneWaitsAgain() {
    pace.isDue(true, false, false, NOW);
    pace.written();

    assertThat(pace.isDue(true, false, false, NOW.plusMillis(1100))).isFalse();
  }
}
