package io.zonefleet.operator.zones;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds at every look of every schedule of faults, heals, restarts, drains and delays. */
class ZoneMachineProperties {
  private static final int SCHEDULES = 1200;

  enum Kind {
    Cut,
    Heal,
    KillPods,
    RevivePods,
    Partition,
    Join,
    Late,
    Prompt,
    NodesGone,
    NodesBack,
    PodGone,
    PodBack,
    GatewayGone,
    GatewayBack,
    Drain,
    Undrain,
    Restart,
    Pause
  }

  /**
   * One thing that happens, and how many looks are taken after it.
   *
   * @param millis between two looks
   */
  record Event(Kind kind, int zone, int other, int looks, int millis) {}

  record Schedule(
      int zones, Policy policy, Failback failback, boolean started, List<Event> events) {}

  /** A run that checks each look. */
  private static final class Checked {
    final Run run;
    final List<String> zones;
    final Map<String, Drain> drains = new HashMap<>();

    Checked(Schedule s) {
      zones = IntStream.range(0, s.zones()).mapToObj(i -> "z" + i).toList();
      var world = new World(zones);
      if (s.started()) {
        world.up.addAll(zones);
      }
      run = new Run(world).with(s.policy()).with(s.failback());
    }

    void play(List<Event> events) {
      for (var event : events) {
        apply(event);
        run.between = Duration.ofMillis(event.millis());
        for (int i = 0; i < event.looks(); i++) {
          look();
        }
      }
    }

    private void apply(Event e) {
      var world = run.world;
      var zone = zones.get(e.zone() % zones.size());
      var other = zones.get(e.other() % zones.size());
      switch (e.kind()) {
        case Cut -> world.cut.add(zone);
        case Heal -> world.cut.remove(zone);
        case KillPods -> world.up.remove(zone);
        case RevivePods -> world.up.add(zone);
        case Partition -> world.partition(zone, other);
        case Join -> world.join(zone, other);
        case Late -> world.late.add(zone);
        case Prompt -> world.late.remove(zone);
        case NodesGone -> world.nodesDown.add(zone);
        case NodesBack -> world.nodesDown.remove(zone);
        case PodGone -> world.noPod.add(zone);
        case PodBack -> world.noPod.remove(zone);
        case GatewayGone -> world.gatewaysDown.add(zone);
        case GatewayBack -> world.gatewaysDown.remove(zone);
        case Drain -> drains.put(zone, new Drain(zone, "", Optional.empty()));
        case Undrain -> drains.remove(zone);
        case Restart -> run.restart();
        case Pause -> run.now = run.now.plusSeconds(e.other() * 7L);
      }
      run.drains(drains.values().toArray(Drain[]::new));
    }

    void look() {
      var before = run.state;
      var at = run.now;
      var decision = run.look();
      var after = decision.state();
      growsByOneAndForAReason(before, decision);
      everyZoneSaysWhy(after);
      neverEmpty(at);
      if (witnesses(before).equals(witnesses(after))) {
        againChangesNothing(at, decision);
      }
      movesAreApart(before, after);
    }

    private void growsByOneAndForAReason(FleetState before, Decision decision) {
      long grown = decision.state().epoch() - before.epoch();
      assertThat(grown).isBetween(0L, 1L);
      if (grown == 1) {
        assertThat(decision.actions()).isNotEmpty();
        assertThat(roles(decision.state())).isNotEqualTo(roles(before));
      } else {
        assertThat(Run.serving(decision.state())).isEqualTo(Run.serving(before));
        assertThat(decision.state().switches()).hasSameSizeAs(before.switches());
      }
    }

    private void everyZoneSaysWhy(FleetState after) {
      assertThat(after.zones()).extracting(ZoneState::name).isEqualTo(zones);
      assertThat(after.zones()).allSatisfy(z -> assertThat(z.reason()).isNotBlank());
      assertThat(run.actions).allSatisfy(a -> assertThat(a.message()).isNotBlank());
    }

    private void neverEmpty(java.time.Instant at) {
      var seen = run.world.look(at);
      boolean someoneAlive =
          Testimony.ofAll(run.policy(), run.state, seen).values().stream()
              .anyMatch(Testimony::isAlive);
      if (someoneAlive) {
        assertThat(run.serving()).isNotEmpty();
      }
      if (run.policy().policy() == Policy.ActiveStandby) {
        assertThat(run.serving()).hasSizeLessThanOrEqualTo(1);
      }
      if (!run.serving().isEmpty()) {
        assertThat(zones).as("the front Service has gateways").anyMatch(run.state::gatewaysServe);
      }
    }

    /** Gateways of a zone that was just given up may be believed from the next decision on. */
    private static Map<String, Boolean> witnesses(FleetState state) {
      return state.zones().stream()
          .collect(
              Collectors.toMap(
                  ZoneState::name,
                  z -> !z.started() || z.role() == Role.Lost || z.role() == Role.Drained));
    }

    private void againChangesNothing(java.time.Instant at, Decision decision) {
      var again = ZoneMachine.decide(run.policy(), decision.state(), run.world.look(at));
      assertThat(again.actions()).isEmpty();
      assertThat(again.state().epoch()).isEqualTo(decision.state().epoch());
      assertThat(Run.serving(again.state())).isEqualTo(Run.serving(decision.state()));
    }

    /** A person may drain when they like, and a zone may fail right after it got traffic back. */
    private void movesAreApart(FleetState before, FleetState after) {
      if (run.policy().policy() == Policy.ActiveActive || after.epoch() == before.epoch()) {
        return;
      }
      var hold = Duration.ofSeconds(Math.min(60, run.policy().failback().stableSeconds()));
      var added = after.switches().stream().filter(s -> s.epoch() == after.epoch()).toList();
      assertThat(added).hasSizeLessThanOrEqualTo(1);
      for (var move : added) {
        after.switches().stream()
            .filter(s -> s.epoch() < move.epoch())
            .filter(s -> Duration.between(s.shiftedAt(), move.shiftedAt()).compareTo(hold) < 0)
            .forEach(
                s -> {
                  assertThat(move.cause()).isNotEqualTo(Switch.Cause.Failback);
                  if (move.cause() == Switch.Cause.ZoneLost) {
                    assertThat(s.cause()).isNotEqualTo(Switch.Cause.ZoneLost);
                  }
                });
      }
    }

    private static Map<String, String> roles(FleetState state) {
      return state.zones().stream()
          .collect(Collectors.toMap(ZoneState::name, z -> z.role() + "/" + z.serving()));
    }
  }

  @Property(tries = SCHEDULES, edgeCases = EdgeCasesMode.NONE)
  void everyLookKeepsThePromises(@ForAll("schedules") Schedule schedule) {
    new Checked(schedule).play(schedule.events());
  }

  @Property(tries = SCHEDULES / 3, edgeCases = EdgeCasesMode.NONE)
  void aHealedFleetComesToRestWhereItShould(@ForAll("schedules") Schedule schedule) {
    var checked = new Checked(schedule);
    checked.play(schedule.events());
    var run = checked.run;
    run.world.healAll();
    run.drains();
    checked.drains.clear();
    run.between = Duration.ofSeconds(1);
    var failback = schedule.failback();
    long longest = failback.holdDown(99).toSeconds() + 2L * failback.stableSeconds() + 10;
    for (long i = 0; i < longest; i++) {
      checked.look();
    }
    long epoch = run.epoch();
    var serving = run.serving();
    assertThat(run.state.zones())
        .as("%s", run.state.zones())
        .allMatch(z -> z.role() == Role.Active || z.role() == Role.Standby);
    assertThat(run.state.degraded()).isEmpty();
    if (failback.mode() == Failback.Mode.Automatic) {
      assertThat(serving)
          .isEqualTo(
              schedule.policy() == Policy.ActiveActive
                  ? new HashSet<>(checked.zones)
                  : java.util.Set.of("z0"));
    }
    for (int i = 0; i < 60; i++) {
      checked.look();
    }
    assertThat(run.epoch()).as("at rest").isEqualTo(epoch);
    assertThat(run.serving()).isEqualTo(serving);
  }

  /** Breaths shorter than the confirmation, of one zone after the other, decide nothing. */
  @Property(tries = SCHEDULES / 5, edgeCases = EdgeCasesMode.NONE)
  void shortBreathsDecideNothing(@ForAll("breaths") List<Event> breaths) {
    var run = Run.settled("z0", "z1", "z2");
    long epoch = run.epoch();
    for (var breath : breaths) {
      var zone = "z" + breath.zone() % 3;
      run.world.up.remove(zone);
      run.lasts(Duration.ofMillis(breath.millis()));
      run.world.up.add(zone);
      run.lasts(Duration.ofMillis(250L * breath.looks()));
    }
    assertThat(run.epoch()).isEqualTo(epoch);
    assertThat(run.told(Action.ZoneLost.class)).isEmpty();
  }

  @Property(tries = SCHEDULES / 5, edgeCases = EdgeCasesMode.NONE)
  void whateverTheOrderAFleetStartsWithoutLosses(
      @ForAll("breaths") List<Event> starts, @ForAll boolean restarts) {
    var run = new Run(new World(List.of("z0", "z1", "z2")));
    for (var start : starts) {
      run.world.up.add("z" + start.zone() % 3);
      run.lasts(Duration.ofMillis(start.millis() * 30L));
      if (restarts) {
        run.restart();
      }
    }
    run.world.healAll();
    run.seconds(130);
    assertThat(run.told(Action.ZoneLost.class)).isEmpty();
    assertThat(run.told(Action.Degraded.class)).isEmpty();
    assertThat(run.serving()).containsExactly("z0");
    assertThat(run.epoch()).isLessThanOrEqualTo(3);
  }

  @Provide
  Arbitrary<List<Event>> breaths() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 2),
            Arbitraries.integers().between(1, 20),
            Arbitraries.integers().between(100, 900))
        .as((zone, looks, millis) -> new Event(Kind.KillPods, zone, 0, looks, millis))
        .list()
        .ofMinSize(1)
        .ofMaxSize(12);
  }

  @Provide
  Arbitrary<Schedule> schedules() {
    var events =
        Combinators.combine(
                Arbitraries.of(Kind.class),
                Arbitraries.integers().between(0, 3),
                Arbitraries.integers().between(0, 9),
                Arbitraries.of(1, 1, 2, 3, 8, 20, 60),
                Arbitraries.of(100, 250, 250, 1000, 5000))
            .as(Event::new);
    var failbacks =
        Combinators.combine(
                Arbitraries.of(Failback.Mode.class),
                Arbitraries.of(0, 1, 5, 30),
                Arbitraries.of(0, 30),
                Arbitraries.of(5, 60, 300))
            .as(Failback::new);
    return Combinators.combine(
            Arbitraries.integers().between(1, 4),
            Arbitraries.of(Policy.class),
            failbacks,
            Arbitraries.of(true, true, false),
            events.list().ofMinSize(1).ofMaxSize(25))
        .as(Schedule::new);
  }
}
