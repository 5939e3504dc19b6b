package io.zonefleet.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.operator.fleet.Fleets;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.Observation;
import io.zonefleet.operator.zones.Role;
import io.zonefleet.operator.zones.Switch;
import io.zonefleet.operator.zones.ZoneState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever was decided, a restarted operator reads it back from the status. */
class StatusRoundTripTest {
  private static final List<String> ZONES = List.of("zone-a", "zone-b", "zone-c");
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00.123Z");
  private static final Known NOTHING =
      new Known(
          new Observation(NOW, List.of(), List.of(), Map.of()),
          List.of(),
          Map.of(),
          Optional.of(1L));

  @Property(tries = 300)
  void aStatusHoldsTheDecisionInForce(@ForAll("states") FleetState state)
      throws JsonProcessingException {
    var read = StatusReader.state(overTheWire(status(state)));

    assertThat(read.epoch()).isEqualTo(state.epoch());
    assertThat(read.switches()).isEqualTo(state.switches());
    assertThat(read.zones())
        .usingRecursiveComparison()
        .ignoringFields("servingSince", "firstDoubt", "darkSince", "flaps")
        .isEqualTo(state.zones());
    for (var zone : state.zones()) {
      assertThat(read.zone(zone.name()).orElseThrow().flaps())
          .isEqualTo(zone.started() ? zone.flaps() : 0);
    }
  }

  @Property(tries = 100)
  void whatIsReadBackIsWrittenTheSame(@ForAll("states") FleetState state)
      throws JsonProcessingException {
    var first = overTheWire(status(state));
    var fleet = Fleets.parse(Fleets.named("chat", zonesYaml()));
    fleet.getMetadata().setGeneration(1L);
    fleet.setStatus(first);

    var second = StatusWriter.status(fleet, StatusReader.state(first), NOTHING);

    assertThat(second).isEqualTo(first);
  }

  private static DeepSeekDeploymentStatus status(FleetState state) {
    var fleet = Fleets.parse(Fleets.named("chat", zonesYaml()));
    fleet.getMetadata().setGeneration(1L);
    return StatusWriter.status(fleet, state, NOTHING);
  }

  private static String zonesYaml() {
    return String.join(", ", ZONES.stream().map("{name: %s}"::formatted).toList());
  }

  private static DeepSeekDeploymentStatus overTheWire(DeepSeekDeploymentStatus status)
      throws JsonProcessingException {
    return Serialization.unmarshal(
        Serialization.jsonMapper().writeValueAsString(status), DeepSeekDeploymentStatus.class);
  }

  @Provide
  Arbitrary<FleetState> states() {
    // one zone serves, or none does: what ActiveStandby can decide
    return Combinators.combine(
            Arbitraries.longs().between(0, 1_000_000),
            roles().list().ofSize(ZONES.size()),
            Arbitraries.integers().between(0, ZONES.size()),
            Arbitraries.integers().between(0, 7).list().ofSize(ZONES.size()),
            moves().list().ofMaxSize(10))
        .as(
            (epoch, roles, serving, flaps, switches) -> {
              var zones = new ArrayList<ZoneState>();
              for (int i = 0; i < ZONES.size(); i++) {
                boolean serves = i == serving;
                zones.add(
                    new ZoneState(
                        ZONES.get(i),
                        serves ? Role.Active : roles.get(i),
                        NOW.minusMillis(1000L * i + epoch % 1000),
                        "because of " + i,
                        flaps.get(i),
                        serves || flaps.get(i) % 2 == 0,
                        serves,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
              }
              return new FleetState(epoch, zones, switches, Optional.empty(), Map.of());
            });
  }

  private static Arbitrary<Role> roles() {
    return Arbitraries.of(Role.Standby, Role.Lost, Role.Returning, Role.Drained);
  }

  private static Arbitrary<Switch> moves() {
    return Combinators.combine(
            Arbitraries.longs().between(1, 1000),
            Arbitraries.of(ZONES),
            Arbitraries.of(Switch.Cause.class),
            Arbitraries.longs().between(0, 100_000),
            Arbitraries.of(true, false))
        .as(
            (epoch, zone, cause, millis, recovered) ->
                new Switch(
                    epoch,
                    zone,
                    "zone-x,zone-y",
                    cause,
                    NOW.minusMillis(millis),
                    NOW,
                    recovered ? Optional.of(NOW.plusSeconds(3)) : Optional.empty(),
                    millis,
                    millis % 7));
  }
}
