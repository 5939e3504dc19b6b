package io.zonefleet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.api.v1alpha1.TrafficPolicy;
import io.zonefleet.e2e.cluster.ZoneCluster;
import io.zonefleet.e2e.cluster.ZoneCluster.Vantage;
import io.zonefleet.e2e.fleet.Await;
import io.zonefleet.e2e.fleet.Fleet;
import io.zonefleet.e2e.fleet.Installation;
import io.zonefleet.e2e.load.RunningLoad;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Given a fleet under load, when its active zone goes dark, then no client sees it. */
class ZoneLossIT {

  private static final int TRIALS = Integer.getInteger("zonefleet.trials", 1);
  private static final int RATE = 50;
  private static final String QUESTION = Fleet.completion(8);

  /**
   * Long answers, so that some are always under way: without a byte until their end. More of them,
   * and two busy cores are short of room before any zone is lost.
   */
  private static final int LONG_RATE = 2;

  private static final String LONG_QUESTION = Fleet.completion(600);

  private final ZoneCluster cluster = UnderTest.cluster();
  private final Installation installation = UnderTest.installation();

  @AfterEach
  void healAll() {
    cluster.zones().forEach(cluster::heal);
  }

  static Stream<Arguments> fleets() {
    var all = UnderTest.cluster().zones();
    var two = all.subList(0, 2);
    return Stream.of(
        Arguments.of(TrafficPolicy.ActiveStandby, all),
        Arguments.of(TrafficPolicy.ActiveActive, all),
        Arguments.of(TrafficPolicy.ActiveStandby, two),
        Arguments.of(TrafficPolicy.ActiveActive, two));
  }

  @ParameterizedTest(name = "{0} over {1}")
  @MethodSource("fleets")
  void noRequestFailsWhenAZoneGoesDark(TrafficPolicy policy, List<String> zones) {
    var name = (policy == TrafficPolicy.ActiveActive ? "aa" : "as") + zones.size();
    try (var fleet = Fleet.ready(installation.client(), name, policy, zones)) {
      // where another zone's pods were ready first, it served until now
      awaitTraffic(fleet, zones.getFirst());
      for (int trial = 1; trial <= TRIALS; trial++) {
        cutUnderLoad(fleet, zones, policy + " over " + zones.size() + ", trial " + trial);
      }
    }
  }

  private void cutUnderLoad(Fleet fleet, List<String> zones, String title) {
    var lost = zones.getFirst();
    var survivor = zones.get(1);
    var epoch = fleet.status().epoch();
    try (var near = start(new Vantage.InZone(survivor), fleet);
        var outside = start(new Vantage.NoZone(), fleet);
        var inFlight =
            RunningLoad.start(
                cluster,
                new Vantage.InZone(survivor),
                fleet.completionsUrl(),
                LONG_RATE,
                LONG_QUESTION)) {
      near.awaitAnswers(2 * RATE, Duration.ofSeconds(60));
      outside.awaitAnswers(2 * RATE, Duration.ofSeconds(60));

      var cut = cluster.cut(lost);
      fleet.awaitRole(lost, "Lost", Duration.ofSeconds(3));
      var seen = Duration.between(cut, Instant.now());
      var before = near.soFar().answers().size();
      near.awaitAnswers(before + 3 * RATE, Duration.ofSeconds(30));
      var nearOutcome = near.stop();
      var longOutcome = inFlight.stop();
      var outsideOutcome = outside.stop();
      System.out.printf(
          "%s: %d requests, failed %s, slowest %d ms, shift %d ms, status %d ms; %d long ones, %d"
              + " under way at the cut, failed %s; from no zone: %d requests, failed %s%n",
          title,
          nearOutcome.answers().size(),
          nearOutcome.failures(),
          nearOutcome.slowestMillis(),
          nearOutcome.shift(cut, lost).toMillis(),
          seen.toMillis(),
          longOutcome.answers().size(),
          longOutcome.underWay(cut).size(),
          longOutcome.failures(),
          outsideOutcome.answers().size(),
          outsideOutcome.failures());

      assertThat(nearOutcome.failed()).as("failed requests, %s", title).isEmpty();
      assertThat(longOutcome.failed()).as("failed long requests, %s", title).isEmpty();
      assertThat(nearOutcome.shift(cut, lost)).as(title).isLessThan(Duration.ofMillis(1500));
      assertThat(nearOutcome.byZone().keySet()).as(title).contains(survivor);
      assertThat(outsideOutcome.answers())
          .as("requests from no zone sent over 2 s after the cut, %s", title)
          .filteredOn(answer -> answer.sent().isAfter(cut.plusSeconds(2)))
          .allMatch(answer -> answer.ok());
    }
    var switched = fleet.status();
    assertThat(switched.epoch()).as(title).isEqualTo(epoch + 1);
    assertThat(switched.switches().getFirst().from()).as(title).isEqualTo(lost);

    cluster.heal(lost);
    awaitTraffic(fleet, lost);
    fleet.awaitCondition("Ready", "True", Duration.ofMinutes(2));
  }

  private static void awaitTraffic(Fleet fleet, String zone) {
    Await.until(
        zone + " takes traffic",
        Duration.ofMinutes(3),
        () -> List.of(fleet.status().active().split(",")).contains(zone));
  }

  private RunningLoad start(Vantage from, Fleet fleet) {
    return RunningLoad.start(cluster, from, fleet.completionsUrl(), RATE, QUESTION);
  }
}
