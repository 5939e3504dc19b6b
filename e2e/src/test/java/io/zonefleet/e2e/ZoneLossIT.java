package io.zonefleet.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.api.v1alpha1.TrafficPolicy;
import io.zonefleet.e2e.cluster.ZoneCluster;
import io.zonefleet.e2e.cluster.ZoneCluster.Vantage;
import io.zonefleet.e2e.fleet.Fleet;
import io.zonefleet.e2e.fleet.Installation;
import io.zonefleet.e2e.load.Question;
import io.zonefleet.e2e.load.RunningLoad;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Given a fleet under load, when its active zone goes dark, then no client sees it. */
class ZoneLossIT {

  private static final int TRIALS = Integer.getInteger("zonefleet.trials", 1);

  /** Two busy cores carry twice as much; an open load that they do not carry never ends. */
  private static final int RATE = 20;

  private static final String QUESTION = Question.completion(8);

  /** Long answers, so that some are always under way: without a byte until their end. */
  private static final int LONG_RATE = 1;

  private static final String LONG_QUESTION = Question.completion(400);

  private static final Duration SHIFT = Duration.ofMillis(1500);
  private static final Duration STATUS = Duration.ofSeconds(3);
  private static final Duration OUTSIDE = Duration.ofSeconds(2);

  /**
   * From so many trials on, their median is judged: of two, it is what the machine did just then.
   */
  private static final int A_SAMPLE = 5;

  /** A time beyond it is a fault of ours, whatever else the machine does. */
  private static final Duration AT_WORST = Duration.ofSeconds(10);

  /**
   * Times since the cut.
   *
   * @param shift until the lost zone's last answer
   * @param status until the zone was Lost in status
   * @param outside until the last request was sent from no zone that failed
   */
  private record Trial(Duration shift, Duration status, Duration outside) {}

  private final ZoneCluster cluster = UnderTest.cluster();
  private final Installation installation = UnderTest.installation();

  @AfterEach
  void healAll() {
    UnderTest.heal();
  }

  static Stream<Arguments> fleets() {
    var all = UnderTest.cluster().zones();
    var two = all.subList(0, 2);
    return Stream.of(
        Arguments.of(TrafficPolicy.ActiveStandby, all),
        Arguments.of(TrafficPolicy.ActiveActive, all),
        Arguments.of(TrafficPolicy.ActiveActive, two),
        Arguments.of(TrafficPolicy.ActiveStandby, two));
  }

  @ParameterizedTest(name = "{0} over {1}")
  @MethodSource("fleets")
  void noRequestFailsWhenAZoneGoesDark(TrafficPolicy policy, List<String> zones) {
    var fleet = UnderTest.fleet(policy, zones);
    // where another zone's pods were ready first, it served until now
    fleet.awaitTraffic(zones.getFirst());
    // the loss of the leader's own zone takes a lease longer, and is OperatorAwayIT's
    installation.leader().moveTo(zones.get(1));
    var trials = new ArrayList<Trial>();
    for (int trial = 1; trial <= TRIALS; trial++) {
      trials.add(cutUnderLoad(fleet, zones, policy + " over " + zones.size() + ", trial " + trial));
    }
    inTime("all answers from survivors", SHIFT, trials.stream().map(Trial::shift));
    inTime("status says Lost", STATUS, trials.stream().map(Trial::status));
    inTime("no failure from no zone", OUTSIDE, trials.stream().map(Trial::outside));
  }

  /**
   * No request may fail in any trial. Times depend on what else the machine does: each trial prints
   * them, and many trials must keep the bound in their better half.
   */
  private static void inTime(String what, Duration bound, Stream<Duration> measured) {
    var sorted = measured.sorted().toList();
    assertThat(sorted.getLast()).as("%s, worst of %s", what, sorted).isLessThan(AT_WORST);
    if (sorted.size() >= A_SAMPLE) {
      assertThat(sorted.get((sorted.size() - 1) / 2))
          .as("%s, median of %s", what, sorted)
          .isLessThan(bound);
    }
  }

  private Trial cutUnderLoad(Fleet fleet, List<String> zones, String title) {
    var lost = zones.getFirst();
    var survivor = zones.get(1);
    var epoch = fleet.status().epoch();
    Trial trial;
    Instant cutAt;
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
      cutAt = cut;
      fleet.awaitRole(lost, "Lost", AT_WORST);
      var seen = Duration.between(cut, Instant.now());
      var before = near.soFar().answers().size();
      near.awaitAnswers(before + 3 * RATE, Duration.ofSeconds(30));
      var nearOutcome = near.stop();
      var longOutcome = inFlight.stop();
      var outsideOutcome = outside.stop();
      trial = new Trial(nearOutcome.shift(cut, lost), seen, outsideOutcome.failing(cut));
      System.out.printf(
          "%s: %d requests, failed %s, slowest %d ms, shift %d ms, status %d ms; %d long ones, %d"
              + " under way at the cut, failed %s; from no zone: %d requests,"
              + " failed %s, the last one sent after %d ms%n",
          title,
          nearOutcome.answers().size(),
          nearOutcome.failures(),
          nearOutcome.slowestMillis(),
          trial.shift().toMillis(),
          trial.status().toMillis(),
          longOutcome.answers().size(),
          longOutcome.underWay(cut).size(),
          longOutcome.failures(),
          outsideOutcome.answers().size(),
          outsideOutcome.failures(),
          trial.outside().toMillis());

      assertThat(nearOutcome.failed()).as("failed requests, %s", title).isEmpty();
      assertThat(longOutcome.failed()).as("failed long requests, %s", title).isEmpty();
      assertThat(nearOutcome.byZone().keySet()).as(title).contains(survivor);
    }
    var switched = fleet.status();
    var journal = switched.switches().getFirst();
    System.out.printf(
        "  cut %s, first failed check %s, shifted %s%n",
        cutAt, journal.detectedAt(), journal.shiftedAt());
    assertThat(switched.epoch()).as(title).isEqualTo(epoch + 1);
    assertThat(journal.from()).as(title).isEqualTo(lost);

    cluster.heal(lost);
    fleet.awaitTraffic(lost);
    fleet.awaitCondition("Ready", "True", Duration.ofMinutes(2));
    return trial;
  }

  private RunningLoad start(Vantage from, Fleet fleet) {
    return RunningLoad.start(cluster, from, fleet.completionsUrl(), RATE, QUESTION);
  }
}
