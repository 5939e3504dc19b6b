package io.zonefleet.operator.zones;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Given a zone that was lost, when it heals, then when it has traffic back. */
class ReturnTest {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Duration TICK = Run.LOOK.multipliedBy(2);

  private static Run lost(Failback failback) {
    var run = Run.settled("a", "b", "c").with(failback);
    run.world.cut.add("a");
    run.until("a", Role.Lost, SOON);
    return run;
  }

  @Test
  void aHealedZoneServesAgainAfterTheHoldDown() {
    var run = lost(Run.SOON);
    run.seconds(60);
    long epoch = run.epoch();
    run.world.healAll();

    run.look();
    assertThat(run.role("a")).isEqualTo(Role.Returning);
    assertThat(run.reason("a")).contains("traffic may return after 30 s");
    assertThat(run.state.gatewaysServe("a")).isFalse();
    run.lasts(Duration.ofMillis(29_500));
    assertThat(run.serving()).containsExactly("b");
    run.lasts(TICK);

    assertThat(run.role("a")).isEqualTo(Role.Active);
    assertThat(run.role("b")).isEqualTo(Role.Standby);
    assertThat(run.epoch()).as("return and move are one decision").isEqualTo(epoch + 1);
    var moves = run.state.switches();
    assertThat(moves.getFirst().recoveredAt()).isPresent();
    assertThat(moves.getLast().cause()).isEqualTo(Switch.Cause.Failback);
    assertThat(moves.getLast().from()).isEqualTo("b");
    assertThat(run.told(Action.ZoneRecovered.class)).hasSize(1);
  }

  @Test
  void aDoubtInTheHoldDownBeginsItAnew() {
    var run = lost(Run.SOON);
    run.seconds(60);
    run.world.healAll();
    run.seconds(20);
    run.world.partition("c", "a");
    run.seconds(1);
    run.world.join("c", "a");
    run.seconds(29);
    assertThat(run.role("a")).isEqualTo(Role.Returning);
    run.seconds(3);
    assertThat(run.role("a")).isEqualTo(Role.Active);
  }

  @Test
  void aDeafMomentOfTheOperatorDoesNotBeginItAnew() {
    var run = lost(Run.SOON);
    run.seconds(60);
    run.world.healAll();
    run.seconds(20);
    run.world.late.addAll(run.world.zones);
    run.looks(2);
    run.world.late.clear();
    run.seconds(11);
    assertThat(run.role("a")).isEqualTo(Role.Active);
  }

  @ParameterizedTest
  @CsvSource({"30, 300, 1, 30", "30, 300, 2, 60", "30, 300, 3, 120", "30, 300, 4, 240"})
  @CsvSource({"30, 300, 5, 300", "30, 300, 99, 300", "30, 45, 2, 45", "30, 10, 5, 30"})
  @CsvSource({"0, 300, 1, 0", "0, 300, 2, 10", "0, 0, 7, 0", "3, 4, 7, 4", "30, 300, 0, 30"})
  void eachLossInARowDoublesTheHoldDown(int stable, int longest, int flaps, long seconds) {
    var failback = new Failback(Failback.Mode.Automatic, stable, 0, longest);
    assertThat(failback.holdDown(flaps)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  void aFlappingZoneWaitsLongerEachTime() {
    var run = lost(new Failback(Failback.Mode.Automatic, 5, 0, 20)).evacuatesEvery(Duration.ZERO);
    var waits = new java.util.ArrayList<Long>();
    for (int i = 0; i < 5; i++) {
      run.world.healAll();
      waits.add(run.until("a", Role.Active, Duration.ofMinutes(1)).toSeconds());
      run.world.cut.add("a");
      run.until("a", Role.Lost, Duration.ofSeconds(10));
    }
    assertThat(waits).isEqualTo(List.of(5L, 10L, 20L, 20L, 20L));
  }

  @Test
  void aZoneThatServedTenMinutesIsForgiven() {
    var run = lost(Run.SOON);
    run.world.healAll();
    run.until("a", Role.Active, Duration.ofMinutes(1));
    run.lasts(Duration.ofMinutes(9));
    assertThat(run.state.zone("a").orElseThrow().flaps()).isEqualTo(1);
    run.lasts(Duration.ofMinutes(2));
    assertThat(run.state.zone("a").orElseThrow().flaps()).isZero();
  }

  @Test
  void manualFailbackWaitsForAPerson() {
    var run = lost(new Failback(Failback.Mode.Manual, 5, 0));
    run.world.healAll();
    run.lasts(Duration.ofHours(1));
    assertThat(run.role("a")).isEqualTo(Role.Standby);
    assertThat(run.serving()).containsExactly("b");

    run.drained("b").looks(2);
    assertThat(run.serving()).containsExactly("a");
    run.drains().seconds(60);
    assertThat(run.role("b")).isEqualTo(Role.Standby);
    assertThat(run.serving()).containsExactly("a");
  }

  @Test
  void manualActiveActiveWaitsForAPersonHoweverLong() {
    var run =
        new Run(World.healthy("a", "b", "c"))
            .with(Policy.ActiveActive)
            .with(new Failback(Failback.Mode.Manual, 5, 0))
            .settle();
    run.world.cut.add("a");
    run.until("a", Role.Lost, SOON);
    run.world.healAll();
    run.lasts(Duration.ofHours(1));
    assertThat(run.role("a")).isEqualTo(Role.Standby);
    assertThat(run.serving()).containsExactlyInAnyOrder("b", "c");

    run.drained("a").looks(2);
    run.drains().seconds(10);
    assertThat(run.serving()).as("a person looked at it").contains("a");
  }

  @Test
  void zonesThatHealOneAfterTheOtherMoveTrafficOnce() {
    var run = lostTwo();
    int moves = run.state.switches().size();
    run.world.cut.remove("b");
    run.world.nodesDown.clear();
    run.seconds(2);
    run.world.cut.remove("a");
    run.seconds(100);

    assertThat(run.state.switches()).hasSize(moves + 1);
    assertThat(run.serving()).containsExactly("a");
  }

  @Test
  void aZoneDoesNotWaitLongForABetterOne() {
    var run = lostTwo();
    int moves = run.state.switches().size();
    run.world.cut.remove("b");
    run.world.nodesDown.clear();
    run.seconds(40);
    assertThat(run.serving()).containsExactly("b");
    run.world.cut.remove("a");
    run.seconds(100);

    assertThat(run.state.switches()).hasSize(moves + 2);
    assertThat(run.serving()).containsExactly("a");
    assertThat(gaps(run.state.switches())).allMatch(g -> g.compareTo(Duration.ofSeconds(30)) >= 0);
  }

  private static Run lostTwo() {
    var run = lost(Run.SOON);
    run.seconds(60);
    run.world.cut.add("b");
    run.world.nodesDown.add("b");
    run.until("b", Role.Lost, SOON);
    return run.seconds(60);
  }

  @Test
  void aZoneThatMerelyStoodByIsNotMarkedRecovered() {
    var run = lost(Run.SOON);
    run.world.healAll();
    run.until("a", Role.Active, Duration.ofMinutes(1));
    run.seconds(60);
    run.world.cut.add("b");
    run.until("b", Role.Lost, SOON);
    run.world.healAll();
    run.until("b", Role.Standby, Duration.ofMinutes(1));
    assertThat(run.state.switches().getLast().cause()).isEqualTo(Switch.Cause.Failback);
    assertThat(run.state.switches().getLast().recoveredAt()).isEmpty();
  }

  @Test
  void theJournalKeepsTenSwitches() {
    var run = lost(new Failback(Failback.Mode.Automatic, 1, 0, 1)).evacuatesEvery(Duration.ZERO);
    for (int i = 0; i < 8; i++) {
      run.world.healAll();
      run.until("a", Role.Active, Duration.ofMinutes(1));
      run.world.cut.add("a");
      run.until("a", Role.Lost, Duration.ofSeconds(10));
    }
    assertThat(run.state.switches()).hasSize(10);
    assertThat(run.state.switches())
        .isSortedAccordingTo(java.util.Comparator.comparingLong(Switch::epoch));
  }

  private static List<Duration> gaps(List<Switch> switches) {
    var at = switches.stream().map(Switch::shiftedAt).toList();
    return java.util.stream.IntStream.range(1, at.size())
        .mapToObj(i -> Duration.between(at.get(i - 1), at.get(i)))
        .toList();
  }

  @Test
  void timesAreWholeMilliseconds() {
    var run = lost(Run.SOON);
    assertThat(run.state.switches().getLast().shiftedAt())
        .satisfies(at -> assertThat(at).isEqualTo(Instant.ofEpochMilli(at.toEpochMilli())));
    assertThat(Run.kept(run.state).switches()).isEqualTo(run.state.switches());
  }
}
