package io.zonefleet.e2e.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonefleet.e2e.bench.Figures.Moment;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Given what clients of a data plane saw, when zone a broke, then these are the figures. */
class FiguresTest {

  private static final Instant FAULT = Instant.parse("2026-11-25T05:00:00Z");
  private static final Moment CUT = new Moment(FAULT, FAULT, Set.of("a"), false);

  @Test
  void failuresAreToldApartByWhenTheyWereSentAndWhetherAnAnswerHadBegun() {
    var figures =
        Figures.of(
            List.of(
                answered(-3000, 20, "a"),
                failed(-2900, -1, 100, "HTTP 503"),
                failed(-20, -1, 10_000, "SocketTimeoutException"),
                failed(100, -1, 300, "HTTP 503"),
                stream(-5000, 40, 5600, "EOFException: the answer ended early"),
                stream(-5000, -1, 5600, "EOFException: the answer ended early"),
                stream(-5000, 40, 6000, Sample.STOPPED),
                stream(-5000, 40, 6000, "")),
            CUT);

    assertThat(figures.failedUnstarted()).isEqualTo(1);
    assertThat(figures.failedInFlight()).isEqualTo(2);
    assertThat(figures.brokenStreams()).isEqualTo(1);
    assertThat(figures.failedBefore()).isEqualTo(1);
    assertThat(figures.requests()).isEqualTo(6);
  }

  @Test
  void addedLatencyIsThatOfTheSecondsInWhichTrafficMovesLessWhatIsUsual() {
    var samples = new ArrayList<Sample>();
    for (int i = 0; i < 100; i++) {
      samples.add(answered(-4000 + 30L * i, 50, "a"));
      samples.add(answered(10 + 40L * i, i == 0 ? 350 : i == 1 ? 340 : 60, "b"));
    }
    samples.add(answered(8000, 900, "b"));

    var figures = Figures.of(samples, CUT);

    assertThat(figures.medianMillis()).isEqualTo(50);
    assertThat(figures.addedP99Millis()).isEqualTo(290);
    assertThat(figures.addedMaxMillis()).isEqualTo(850);
  }

  @Test
  void theShiftEndsWithTheLastRequestThatMetTheBrokenZoneAndNotWithLaterNoise() {
    var figures =
        Figures.of(
            List.of(
                answered(-3000, 20, "a"),
                new Sample(DataPlane.zonefleet, false, at(-10), 800, 800, "b", 2, ""),
                new Sample(DataPlane.zonefleet, false, at(400), 320, 320, "b", 2, ""),
                answered(900, 20, "b"),
                // another fault of the machine, not this one's
                answered(9000, 1500, "b")),
            CUT);

    assertThat(figures.shiftMillis()).isEqualTo(790);
  }

  @Test
  void aDataPlaneThatGoesOnFailingHasShiftedWhenTheLastFailedRequestWasSent() {
    var samples = new ArrayList<Sample>(List.of(answered(-3000, 20, "a")));
    for (int second = 0; second < 17; second++) {
      samples.add(failed(second * 1000L, -1, 10_000, "SocketTimeoutException"));
    }
    samples.add(answered(17_000, 20, "b"));

    assertThat(Figures.of(samples, CUT).shiftMillis()).isEqualTo(16_000);
  }

  @Test
  void aZoneThatComesBackMayAnswerAgain() {
    var figures =
        Figures.of(
            List.of(
                answered(-3000, 20, "a"),
                answered(30, 20, "a"),
                answered(500, 20, "b"),
                answered(6000, 20, "a")),
            CUT);

    assertThat(figures.shiftMillis()).isEqualTo(50);
  }

  @Test
  void aFaultWithoutAMomentHasNoShiftAndAllItsLatencyCounts() {
    var samples = new ArrayList<>(List.of(answered(-3000, 20, "a"), answered(60_000, 520, "b")));

    var figures = Figures.of(samples, new Moment(FAULT, FAULT, Set.of(), true));

    assertThat(figures.shiftMillis()).isNull();
    assertThat(figures.addedP99Millis()).isEqualTo(500);
  }

  @Test
  void aSampleSurvivesTheWayThroughALine() {
    var sample = stream(-20, 12, 300, "EOFException: the answer ended early");

    assertThat(Sample.parse(sample.toLine())).isEqualTo(sample);
    assertThatThrownBy(() -> Sample.parse("Picked up JAVA_TOOL_OPTIONS"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Picked up");
  }

  @Test
  void percentilesAreMeasuredValuesAndTheLargestOfFew() {
    assertThat(Percentile.of(99, List.of(3L, 1L, 2L))).isEqualTo(3);
    assertThat(Percentile.of(50, List.of(4L, 1L, 2L, 3L))).isEqualTo(2);
    assertThat(Percentile.of(50, List.of())).isNull();
    assertThatThrownBy(() -> Percentile.of(0, List.of(1L)))
        .hasMessage("percent is 0, allowed are 1 to 100");
  }

  private static Sample answered(long sentMillis, long millis, String zone) {
    return new Sample(DataPlane.zonefleet, false, at(sentMillis), millis, millis, zone, 1, "");
  }

  private static Sample failed(long sentMillis, long firstByte, long millis, String failure) {
    return new Sample(
        DataPlane.zonefleet, false, at(sentMillis), firstByte, millis, "", 1, failure);
  }

  private static Sample stream(long sentMillis, long firstByte, long millis, String failure) {
    return new Sample(
        DataPlane.zonefleet, true, at(sentMillis), firstByte, millis, "a", 1, failure);
  }

  private static Instant at(long millis) {
    return FAULT.plusMillis(millis);
  }
}
