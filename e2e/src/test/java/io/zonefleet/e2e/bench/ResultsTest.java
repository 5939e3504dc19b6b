package io.zonefleet.e2e.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.zonefleet.api.v1alpha1.TrafficPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Given rows of earlier runs, when trials are added, then the file says all of it. */
class ResultsTest {

  private static final Row.Load LOAD = new Row.Load(20, 4, 25, 20);
  private static final Row.Key OURS = key("killed", DataPlane.zonefleet);

  @TempDir Path folder;

  @Test
  void theFileHasThePromisedFieldsAndIsReadBack() throws Exception {
    var results =
        new Results("2 cores", "abc", List.of())
            .with(OURS, LOAD, List.of(trial(200, 900L, 0), trial(240, 1100L, 1)))
            .with(key("killed", DataPlane.service), LOAD, List.of(baseline()));
    var file = folder.resolve("failover.json");
    Files.writeString(file, results.json());

    var row = new JsonMapper().readTree(file.toFile()).path("rows").path(0);
    assertThat(row.properties())
        .extracting(field -> field.getKey() + "=" + field.getValue().asText())
        .startsWith(
            "fault=killed",
            "policy=ActiveStandby",
            "zones=3",
            "dataPlane=zonefleet",
            "trials=2",
            "requests=800",
            "failedUnstarted=2",
            "failedInFlight=4",
            "brokenStreams=6",
            "addedP99Millis=240",
            "shiftP50Millis=700",
            "shiftP99Millis=700",
            "statusP99Millis=1100",
            "spurious=1",
            "switches=4");
    assertThat(Results.read(file, "2 cores", "abc")).isEqualTo(results);
    assertThat(results.rows().getLast().spurious()).isNull();
  }

  @Test
  void aRunThatResumesCountsTrialsOfItsOwnCommitAndLoadOnly() {
    var before = new Results("m", "abc", List.of()).with(OURS, LOAD, List.of(trial(1, 1L, 0)));

    assertThat(before.done(OURS, LOAD)).hasSize(1);
    assertThat(before.done(OURS, new Row.Load(50, 10, 0, 20))).isEmpty();
    assertThat(new Results("m", "def", before.rows()).done(OURS, LOAD)).isEmpty();
    assertThat(before.done(key("frozen", DataPlane.zonefleet), LOAD)).isEmpty();
  }

  @Test
  void rowsOfOtherFaultsStayAndKeepTheirCommit() {
    var old = new Results("m", "abc", List.of()).with(OURS, LOAD, List.of(trial(1, 1L, 0)));
    var frozen = key("frozen", DataPlane.zonefleet);

    var now = new Results("m", "def", old.rows()).with(frozen, LOAD, List.of(trial(1, 1L, 0)));

    assertThat(now.rows()).extracting(Row::fault).containsExactly("killed", "frozen");
    assertThat(now.rows()).extracting(Row::commit).containsExactly("abc", "def");
  }

  @Test
  void thePageHasALineForEachRowAndTellsTheBaselinesApart() {
    var page =
        Page.of(
            new Results("2 cores", "abc", List.of())
                .with(OURS, LOAD, List.of(trial(240, 1100L, 0)))
                .with(key("killed", DataPlane.service), LOAD, List.of(baseline())));

    assertThat(page)
        .contains(
            "| killed | ActiveStandby, 3 | zonefleet | 1 | 400 | 1 | 2 | 3 | 240 | 300 | 700 | 700 | 1100 | 0 | 2 | abc |")
        .contains(
            "| killed | ActiveStandby, 3 | service | 1 | 400 | 1 | 2 | 3 | 9 | 300 | 700 | 700 |  |  |  | abc |")
        .contains("| killed | ActiveStandby, 3 | 650 | 600 | 400 | 50 | 1100 |")
        .contains("**zonefleet** failed 3 of 400 requests")
        .contains("20 short requests/s (8 tokens) and 4 long streams");
  }

  @Test
  void whatHasNoMomentIsNamedWithItsMinutes() {
    var flap = key("flap", DataPlane.zonefleet);
    var load = LOAD.lasting(Duration.ofMinutes(10));
    var results =
        new Results("m", "abc", List.of())
            .with(OURS, LOAD, List.of(trial(1, 1L, 0)))
            .with(flap, load, List.of(trial(1, 1L, 0)));

    assertThat(Page.of(results))
        .contains("| flap, 10 min | ActiveStandby, 3 | zonefleet |")
        .contains("a fault is mended after 20 s.")
        .doesNotContain("mended after 600 s");
    assertThat(results.done(flap, LOAD.lasting(Duration.ofMinutes(30)))).isEmpty();
  }

  private static Row.Key key(String fault, DataPlane plane) {
    return new Row.Key(fault, TrafficPolicy.ActiveStandby, 3, plane);
  }

  private static Row.Trial trial(long added, Long lost, long spurious) {
    return new Row.Trial(
        "2026-11-25T05:00:00Z",
        figures(added),
        new Telling(650L, lost, 600L, 400L, 50L, spurious, 2));
  }

  private static Row.Trial baseline() {
    return new Row.Trial("2026-11-25T05:00:00Z", figures(9), null);
  }

  private static Figures figures(long added) {
    return new Figures(400, 1, 2, 3, 0, 50L, added, 300L, 700L);
  }
}
