package io.zonefleet.e2e.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Given what a client saw, when a zone was cut, then these are the figures. */
class OutcomeTest {

  private static final Instant CUT = Instant.parse("2026-11-23T00:00:00Z");

  @Test
  void shiftEndsWithTheLastAnswerOfTheLostZone() {
    var outcome =
        new Outcome(
            List.of(
                new Answer(CUT.minusMillis(500), 10, "a", ""),
                new Answer(CUT.minusMillis(50), 150, "a", ""),
                new Answer(CUT.plusMillis(20), 300, "b", ""),
                new Answer(CUT.plusMillis(900), 10, "b", "")));

    assertThat(outcome.shift(CUT, "a")).isEqualTo(Duration.ofMillis(100));
    assertThat(outcome.failed()).isEmpty();
    assertThat(outcome.underWay(CUT))
        .containsExactly(new Answer(CUT.minusMillis(50), 150, "a", ""));
    assertThat(outcome.slowestMillis()).isEqualTo(300);
    assertThat(outcome.byZone()).containsEntry("a", 2L).containsEntry("b", 2L);
  }

  @Test
  void disturbanceCountsFailuresAndSlowAnswersAfterTheFault() {
    var outcome =
        new Outcome(
            List.of(
                new Answer(CUT.minusSeconds(2), 900, "a", ""),
                new Answer(CUT.plusMillis(100), 700, "b", ""),
                new Answer(CUT.plusMillis(1000), 200, "", "HTTP 503"),
                new Answer(CUT.plusMillis(2000), 20, "b", "")));

    assertThat(outcome.disturbance(CUT, Duration.ofMillis(500))).contains(Duration.ofMillis(1200));
    assertThat(outcome.failed()).hasSize(1);
    assertThat(outcome.failing(CUT)).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void anAnswerSurvivesTheWayThroughALine() {
    var answer = new Answer(CUT, 12, "zone-a", "HTTP 503");

    assertThat(Answer.parse(answer.toLine())).isEqualTo(answer);
    assertThatThrownBy(() -> Answer.parse("Picked up JAVA_TOOL_OPTIONS"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Picked up");
  }
}
