package io.zonefleet.operator.zones;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What ran at once in the last minute. */
class PeakLoadTest {
  private static final Instant BEGIN = Instant.EPOCH;

  @Test
  void aPeakCountsForAMinute() {
    var load = PeakLoad.UNKNOWN;
    for (int second = 0; second < 75; second++) {
      load = load.with(BEGIN.plusSeconds(second), second == 3 ? 40 : 5);
      assertThat(load.most(BEGIN.plusSeconds(second)))
          .as("after %d s", second)
          .hasValue(second >= 3 && second < 60 ? 40 : 5);
    }
  }

  @Test
  void nobodyKnowsWhatNobodyHasSeenForAMinute() {
    assertThat(PeakLoad.UNKNOWN.most(BEGIN)).isEmpty();
    var load = PeakLoad.UNKNOWN.with(BEGIN, 7);
    assertThat(load.most(BEGIN.plusSeconds(59))).hasValue(7);
    assertThat(load.most(BEGIN.plusSeconds(60))).isEmpty();
  }

  @Test
  void allGatewaysThatAnswerAreCounted() {
    var seen =
        new Observation(
            BEGIN,
            List.of(
                gateway("g-a", true, 3, 2),
                gateway("g-b", true, 1, 0),
                GatewayReport.unreachable("g-c", "c")),
            List.of(),
            Map.of());
    assertThat(PeakLoad.UNKNOWN.with(seen).most(BEGIN)).hasValue(6);
  }

  @Test
  void aLookInWhichNoGatewayAnswersTellsNothing() {
    var silent =
        new Observation(BEGIN, List.of(GatewayReport.unreachable("g-a", "a")), List.of(), Map.of());
    assertThat(PeakLoad.UNKNOWN.with(silent).most(BEGIN)).isEmpty();
    var direct =
        new Observation(BEGIN, List.of(gateway("g-a", true, 3, 2)), List.of(), Map.of(), true);
    assertThat(PeakLoad.UNKNOWN.with(direct).most(BEGIN)).isEmpty();
  }

  /** However often it is looked at: never less than the last 50 s, never older than a minute. */
  @Property
  void theMostOfAboutAMinute(
      @ForAll @Size(min = 1, max = 300) List<@IntRange(max = 1000) Integer> running,
      @ForAll @IntRange(min = 50, max = 3000) int millisBetween) {
    var load = PeakLoad.UNKNOWN;
    var now = BEGIN;
    for (int i = 0; i < running.size(); i++) {
      now = BEGIN.plusMillis((long) i * millisBetween);
      load = load.with(now, running.get(i));
    }
    assertThat(load.most(now).getAsInt())
        .isBetween(most(running, 50_000, millisBetween), most(running, 60_000, millisBetween));
    assertThat(load.spans()).hasSizeLessThanOrEqualTo(6);
  }

  private static int most(List<Integer> running, int millis, int millisBetween) {
    int last = Math.min(running.size(), millis / millisBetween + 1);
    return Collections.max(running.subList(running.size() - last, running.size()));
  }

  private static GatewayReport gateway(String name, boolean reachable, int atA, int atB) {
    return new GatewayReport(
        name,
        name.substring(2),
        reachable,
        false,
        Map.of(
            "1", new EndpointHealth("a", true, false, false, false, atA),
            "2", new EndpointHealth("b", false, true, false, true, atB)),
        RequestCounters.NONE);
  }
}
