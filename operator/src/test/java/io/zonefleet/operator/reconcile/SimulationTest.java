package io.zonefleet.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Zones, gateways, observers, the API server and the operator fail as random schedules say; see
 * {@link Promises} and {@link Rest} for what must hold. {@code bin/bench simulate} runs more.
 */
class SimulationTest {
  private static final int SCHEDULES = 20_000;

  /** Kept, or its level would be forgotten with it. */
  private static final Logger LOOP = Logger.getLogger(SlowLoop.class.getName());

  /** Statuses that cannot be written are what is simulated, and no news. */
  @BeforeAll
  static void quiet() {
    LOOP.setLevel(Level.OFF);
  }

  @AfterAll
  static void asBefore() {
    LOOP.setLevel(null);
  }

  @Test
  void noScheduleBreaksAPromise() throws InterruptedException {
    var result = Simulate.many(1, SCHEDULES);
    System.out.println(result);
    assertThat(result.schedules()).isEqualTo(SCHEDULES);
    // schedules in which nothing is decided would prove nothing
    assertThat(result.switches()).isGreaterThan(SCHEDULES / 4);
  }

  @ParameterizedTest
  @MethodSource("found")
  void whatWasFoundStaysFixed(Schedule schedule) {
    assertThat(Simulate.problem(schedule)).isEmpty();
  }

  static Stream<Schedule> found() throws IOException {
    try (var file = SimulationTest.class.getResourceAsStream("/simulation/found.txt")) {
      var text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      return Simulate.found(text.lines().toList()).stream();
    }
  }

  /** The witness in z1 is late by 900 ms, so that z2's loss is confirmed after a second or more. */
  @ParameterizedTest
  @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void aLossThatTakesItsTimeIsOneWriteToo(long seed) {
    // all pods run, and replicas, which look seldom where nothing happens, are kept awake
    var schedule =
        """
        3 zones 1 pods 2 replicas ActiveStandby Automatic 5 0 20 drains direct 5 %d \
        | 0 Revive 0 0 | 0 Revive 1 0 | 0 Revive 2 0 | 1000 Prompt 1 0 | 1000 Prompt 1 0 \
        | 1000 Prompt 1 0 | 1000 Late 1 0 | 0 Cut 2 0 | 900 Prompt 1 0"""
            .formatted(seed);

    var api = new Simulation(Schedule.parse(schedule)).run().api();

    var troubled =
        IntStream.rangeClosed(0, api.indexAt(Long.MAX_VALUE))
            .mapToObj(i -> api.version(i).getStatus())
            .filter(Objects::nonNull)
            .map(status -> status.zones().get(2).role())
            .filter(role -> role.equals("Suspect") || role.equals("Lost"));
    assertThat(troubled).first().isEqualTo("Lost");
  }

  @Test
  void aScheduleReadsBackFromItsLine() {
    for (long seed = 0; seed < 100; seed++) {
      var schedule = Schedule.random(seed);
      assertThat(Schedule.parse(schedule.toString())).isEqualTo(schedule);
    }
  }

  @Test
  void theSameScheduleRunsTheSameWay() {
    for (long seed = 0; seed < 20; seed++) {
      var once = new Simulation(Schedule.random(seed)).run();
      var again = new Simulation(Schedule.random(seed)).run();
      assertThat(again.looks()).isEqualTo(once.looks());
      assertThat(again.api().now().getStatus()).isEqualTo(once.api().now().getStatus());
    }
  }
}
