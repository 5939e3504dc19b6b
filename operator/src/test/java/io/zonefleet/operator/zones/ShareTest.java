package io.zonefleet.operator.zones;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Given ActiveActive: every healthy zone serves, and a returned one with a growing share. */
class ShareTest {
  private static final Duration SOON = Duration.ofSeconds(4);

  private static Run settled() {
    return new Run(World.healthy("a", "b", "c")).with(Policy.ActiveActive).settle();
  }

  @Test
  void allServeTheirWholeWeightFromTheStart() {
    var run = new Run(World.healthy("a", "b", "c")).with(Policy.ActiveActive);
    run.look();
    assertThat(run.serving()).containsExactlyInAnyOrder("a", "b", "c");
    assertThat(run.epoch()).isEqualTo(1);
    assertThat(run.ramps()).isEqualTo(Map.of("a", 100, "b", 100, "c", 100));
  }

  @Test
  void zonesJoinAsTheyStart() {
    var run = new Run(new World(List.of("a", "b"))).with(Policy.ActiveActive);
    run.world.up.add("b");
    run.seconds(5);
    run.world.up.add("a");
    run.seconds(5);
    assertThat(run.serving()).containsExactlyInAnyOrder("a", "b");
    assertThat(run.epoch()).isEqualTo(2);
    assertThat(run.state.switches()).isEmpty();
    assertThat(run.ramps()).containsEntry("a", 100);
  }

  @Test
  void theSurvivorsTakeALostZonesShare() {
    var run = settled();
    run.world.cut.add("a");
    run.until("a", Role.Lost, SOON);
    assertThat(run.ramps()).isEqualTo(Map.of("b", 100, "c", 100));
    assertThat(run.state.switches().getLast().to()).isEqualTo("b,c");
  }

  @Test
  void aReturnedZoneHasTenThenFiftyThenAllOfItsWeight() {
    var run = settled();
    run.world.cut.add("a");
    run.until("a", Role.Lost, SOON);
    run.world.healAll();
    run.until("a", Role.Active, Duration.ofSeconds(31));
    assertThat(run.ramps()).isEqualTo(Map.of("a", 10, "b", 100, "c", 100));
    run.seconds(14);
    assertThat(run.ramps()).containsEntry("a", 10);
    run.seconds(1);
    assertThat(run.ramps()).containsEntry("a", 50);
    run.seconds(14);
    assertThat(run.ramps()).containsEntry("a", 50);
    run.seconds(1);
    assertThat(run.ramps()).containsEntry("a", 100);
  }

  @Test
  void withoutARampItHasAllAtOnce() {
    var run = settled().with(new Failback(Failback.Mode.Automatic, 1, 0));
    run.world.cut.add("a");
    run.until("a", Role.Lost, SOON);
    run.world.healAll();
    run.until("a", Role.Active, SOON);
    assertThat(run.ramps()).containsEntry("a", 100);
  }

  @Test
  void activeStandbyHasNoRamp() {
    var run = Run.settled("a", "b");
    run.world.cut.add("a");
    run.until("a", Role.Lost, SOON);
    run.world.healAll();
    run.until("a", Role.Active, Duration.ofSeconds(31));
    assertThat(run.ramps()).isEqualTo(Map.of("a", 100));
  }

  @Test
  void aDoubtOfOneGatewayTakesNoShareAway() {
    var run = settled();
    run.world.partition("b", "a");
    run.seconds(60);
    assertThat(run.ramps()).isEqualTo(Map.of("a", 100, "b", 100, "c", 100));
  }

  @Test
  void twoZonesThatGoAtOnceAreOneDecision() {
    var run = settled();
    long epoch = run.epoch();
    run.world.cut.addAll(List.of("a", "b"));
    run.world.nodesDown.addAll(List.of("a", "b"));
    run.seconds(3);
    assertThat(run.serving()).containsExactly("c");
    assertThat(run.epoch()).isEqualTo(epoch + 1);
    assertThat(run.state.switches()).hasSize(2);
  }

  @Test
  void aChangeOfPolicyKeepsAZoneThatIsAlive() {
    var run = settled();
    run.world.cut.add("a");
    run.looks(1);
    run.with(Policy.ActiveStandby).look();
    assertThat(run.serving()).as("a is dark").containsExactly("b");
    run.world.healAll();
    run.with(Policy.ActiveActive).seconds(2);
    assertThat(run.serving()).containsExactlyInAnyOrder("a", "b", "c");
  }
}
