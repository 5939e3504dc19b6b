package io.zonefleet.e2e.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.api.v1alpha1.ZoneStatus;
import io.zonefleet.api.v1alpha1.ZoneSwitch;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Given the statuses that a watcher saw, then this is what they told of the fault. */
class TellingTest {

  private static final Instant FAULT = Instant.parse("2026-11-25T05:00:00Z");

  @Test
  void theTimeOfASwitchIsSplitIntoDetectingDecidingAndTelling() {
    var telling =
        Telling.of(
            List.of(
                seen(-2000, List.of(), "Active", "Standby"),
                seen(700, List.of(), "Suspect", "Standby"),
                seen(1200, List.of(move(7)), "Lost", "Active")),
            FAULT,
            Set.of("a"),
            1);

    assertThat(telling).isEqualTo(new Telling(700L, 1200L, 600L, 550L, 50L, 0, 1));
  }

  @Test
  void lossesBeyondWhatTheFaultExplainsAreSpurious() {
    var flapping =
        Stream.of("Active", "Lost", "Returning", "Lost")
            .map(role -> seen(100, List.of(), role, "Standby"))
            .toList();
    var bystander =
        List.of(seen(100, List.of(), "Active", "Standby"), seen(200, List.of(), "Active", "Lost"));

    assertThat(Telling.of(flapping, FAULT, Set.of("a"), 1).spurious()).isEqualTo(1);
    assertThat(Telling.of(flapping, FAULT, Set.of("a"), 3).spurious()).isZero();
    assertThat(Telling.of(bystander, FAULT, Set.of("a"), 1).spurious()).isEqualTo(1);
  }

  @Test
  void entriesOfTheJournalCountOnceHoweverFewItKeeps() {
    var telling =
        Telling.of(
            List.of(
                seen(-100, List.of(move(6)), "Active", "Standby"),
                seen(700, List.of(move(7), move(6)), "Lost", "Active"),
                seen(900, List.of(move(8), move(7)), "Active", "Standby")),
            FAULT,
            Set.of("a"),
            1);

    assertThat(telling.switches()).isEqualTo(2);
  }

  @Test
  void whatWasNeverToldIsNoTime() {
    var telling =
        Telling.of(List.of(seen(-2000, List.of(), "Active", "Standby")), FAULT, Set.of("a"), 0);

    assertThat(telling).isEqualTo(new Telling(null, null, null, null, null, 0, 0));
  }

  private static ZoneSwitch move(long epoch) {
    return new ZoneSwitch(epoch, "a", "b", "ZoneLost", at(600), at(1150), null, 550L, 0L);
  }

  private static StatusTrace.Seen seen(long millis, List<ZoneSwitch> switches, String... roles) {
    var zones =
        Stream.of(0, 1)
            .map(
                i ->
                    new ZoneStatus(
                        i == 0 ? "a" : "b", roles[i], 1, 1, 1, "r1", null, null, null, 0))
            .toList();
    return new StatusTrace.Seen(
        at(millis),
        new DeepSeekDeploymentStatus(
            1L, 1L, null, null, null, null, null, null, 3, null, List.of(), zones, switches));
  }

  private static Instant at(long millis) {
    return FAULT.plusMillis(millis);
  }
}
