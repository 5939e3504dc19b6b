package io.zonefleet.operator.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.api.v1alpha1.ZoneStatus;
import io.zonefleet.operator.fleet.Fleets;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.Role;
import io.zonefleet.operator.zones.ZoneState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which decision a replica takes to be in force. */
class FleetMemoryTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

  private final FleetMemory memory = new FleetMemory();

  @Test
  void aFollowerFollowsWhatTheLeaderWrote() {
    memory.inForce(written(1, "Active"), false);

    assertThat(memory.inForce(written(2, "Lost"), false).epoch()).isEqualTo(2);
    assertThat(memory.state().zone("zone-a").orElseThrow().role()).isEqualTo(Role.Lost);
  }

  @Test
  void aFollowerKeepsItsDoubts() {
    memory.inForce(written(1, "Active"), false);
    memory.doubt(decided(2, Role.Lost, Optional.of(NOW)));

    var inForce = memory.inForce(written(1, "Active"), false);

    assertThat(inForce.epoch()).isEqualTo(1);
    assertThat(inForce.zone("zone-a").orElseThrow().role()).isEqualTo(Role.Active);
    assertThat(inForce.zone("zone-a").orElseThrow().darkSince()).contains(NOW);
  }

  @Test
  void aNewLeaderStartsFromTheStatusWithTheDoubtsOfTheFollower() {
    memory.inForce(written(1, "Active"), false);
    memory.doubt(decided(1, Role.Suspect, Optional.of(NOW)));

    var inForce = memory.inForce(written(3, "Active"), true);

    assertThat(inForce.epoch()).isEqualTo(3);
    assertThat(inForce.zone("zone-a").orElseThrow().darkSince()).contains(NOW);
  }

  @Test
  void aLeaderGoesOnFromItsOwnDecisionWhileItsWatchLagsBehind() {
    memory.inForce(written(1, "Active"), true);
    memory.keep(decided(2, Role.Lost, Optional.empty()));

    assertThat(memory.inForce(written(1, "Active"), true).epoch()).isEqualTo(2);
  }

  @Test
  void aLeaderAcceptsALaterDecisionOfAnother() {
    memory.inForce(written(1, "Active"), true);

    assertThat(memory.inForce(written(5, "Lost"), true).epoch()).isEqualTo(5);
  }

  @Test
  void aResourceThatWasMadeAnewHasNoPast() {
    memory.inForce(written(4, "Lost"), true);
    var anew = written(0, "Standby");
    anew.getMetadata().setUid("another");

    assertThat(memory.inForce(anew, true).epoch()).isZero();
  }

  private static DeepSeekDeployment written(long epoch, String role) {
    var fleet = Fleets.parse(Fleets.named("chat", "{name: zone-a}"));
    var zone = new ZoneStatus("zone-a", role, 1, 1, 1, "r1", null, NOW, "because", 0);
    fleet.setStatus(
        new DeepSeekDeploymentStatus(
            1L,
            epoch,
            null,
            null,
            null,
            null,
            null,
            null,
            1,
            null,
            List.of(),
            List.of(zone),
            List.of()));
    return fleet;
  }

  private static FleetState decided(long epoch, Role role, Optional<Instant> darkSince) {
    var zone =
        new ZoneState(
            "zone-a", role, NOW, "because", 0, true, false, Optional.empty(), darkSince, darkSince);
    return new FleetState(epoch, List.of(zone), List.of(), Optional.empty(), Map.of());
  }
}
