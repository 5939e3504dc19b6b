package io.zonefleet.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.api.v1alpha1.ZoneStatus;
import io.zonefleet.operator.fleet.Fleets;
import io.zonefleet.operator.zones.EndpointHealth;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.GatewayReport;
import io.zonefleet.operator.zones.Observation;
import io.zonefleet.operator.zones.PodReport;
import io.zonefleet.operator.zones.RequestCounters;
import io.zonefleet.operator.zones.Role;
import io.zonefleet.operator.zones.Switch;
import io.zonefleet.operator.zones.ZoneState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Given a fleet's zones, what the user reads in conditions and columns. */
class ConditionsTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");
  private static final List<String> ZONES = List.of("zone-a", "zone-b", "zone-c");

  private final DeepSeekDeployment fleet =
      Fleets.parse(Fleets.named("chat", "{name: zone-a}, {name: zone-b}, {name: zone-c}"));
  private final Map<String, Role> roles =
      new HashMap<>(Map.of("zone-a", Role.Active, "zone-b", Role.Standby, "zone-c", Role.Standby));
  private final Map<String, Integer> ready =
      new HashMap<>(Map.of("zone-a", 1, "zone-b", 1, "zone-c", 1));
  private final List<Finding> findings = new ArrayList<>();
  private List<String> answering = ZONES;
  private Optional<String> degraded = Optional.empty();
  private OptionalInt running = OptionalInt.empty();
  private Map<String, Integer> replicas = Map.of();
  private boolean direct;
  private Optional<Long> applied = Optional.of(3L);
  private List<Switch> switches = List.of();

  ConditionsTest() {
    fleet.getMetadata().setGeneration(3L);
  }

  @Test
  void aWholeFleet() {
    assertThat(lines())
        .containsExactly(
            "Ready True AllZonesReady: all pods of all zones are admitted by the gateways",
            "Available True Serving: zone-a (Active 1/1) takes the requests",
            "SurvivesZoneLoss True SpareZones: any one of zone-a, zone-b, zone-c may go, the others"
                + " can serve",
            "Progressing False Settled: nothing is being changed",
            "Degraded False AsAsked: no zone is lost and nothing is wrong");
    assertThat(status().phase()).isEqualTo("Ready");
    assertThat(status().zonesReady()).isEqualTo("3/3");
    assertThat(status().zoneStates())
        .isEqualTo("zone-a=Active 1/1, zone-b=Standby 1/1, zone-c=Standby 1/1");
    assertThat(status().lastSwitch()).isNull();
  }

  @Test
  void aLostZone() {
    roles.putAll(Map.of("zone-a", Role.Lost, "zone-b", Role.Active));
    ready.put("zone-a", 0);
    answering = List.of("zone-b", "zone-c");
    switches = List.of(move(742));

    assertThat(lines())
        .containsExactly(
            "Ready False ZoneLost: zone-a is Lost (because)",
            "Available True Serving: zone-b (Active 1/1) takes the requests",
            "SurvivesZoneLoss True SpareZones: any one of zone-b, zone-c may go, the others can"
                + " serve",
            "Progressing True PodsStarting: waits for pods of zone-a (Lost 0/1)",
            "Degraded True ZoneLost: zone-a is Lost (because)");
    assertThat(status().phase()).isEqualTo("Degraded");
    assertThat(status().active()).isEqualTo("zone-b");
    assertThat(status().lastSwitch()).isEqualTo("0.7s");
  }

  @Test
  void theLastZoneHasNoSpareOne() {
    roles.putAll(Map.of("zone-a", Role.Lost, "zone-b", Role.Active, "zone-c", Role.Drained));
    ready.put("zone-a", 0);

    assertThat(line("SurvivesZoneLoss"))
        .isEqualTo(
            "SurvivesZoneLoss False NoSpareZone: only zone-b can serve; waits for zone-a is Lost"
                + " (because); zone-c is Drained (because)");
  }

  @Test
  void aZoneThatReturnsIsWaitedFor() {
    roles.putAll(Map.of("zone-a", Role.Returning, "zone-b", Role.Active));

    assertThat(line("Ready")).isEqualTo("Ready False ZoneReturning: zone-a is Returning (because)");
    assertThat(line("Progressing"))
        .isEqualTo("Progressing True ZoneReturning: zone-a is Returning (because)");
    assertThat(line("Degraded")).startsWith("Degraded False");
    assertThat(status().phase()).isEqualTo("Progressing");
  }

  @Test
  void aDrainedZoneIsAsAsked() {
    roles.put("zone-c", Role.Drained);

    assertThat(line("Ready"))
        .isEqualTo("Ready True ZoneDrained: zone-c takes no traffic, as spec.traffic.drains asks");
  }

  @Test
  void onlyOneZoneHasAGateway() {
    answering = List.of("zone-a");

    assertThat(line("SurvivesZoneLoss"))
        .isEqualTo(
            "SurvivesZoneLoss False NoSpareGateway: only zone-a has a gateway that answers; waits"
                + " for gateways of the other zones");
  }

  @Test
  void nothingCanBeSeen() {
    answering = List.of();
    ready.replaceAll((zone, count) -> 0);
    degraded = Optional.of("traffic stays where it is");

    assertThat(line("Available"))
        .isEqualTo(
            "Available Unknown ObserverBlind: no gateway answers the operator; traffic stays where"
                + " it is, in zone-a");
    assertThat(line("Degraded"))
        .isEqualTo("Degraded True ObserverBlind: traffic stays where it is");
  }

  @Test
  void nothingIsAliveForAReasonThatIsKnown() {
    ready.replaceAll((zone, count) -> 0);
    degraded = Optional.of("traffic stays where it is");
    findings.add(Finding.ofZone(Finding.Reason.DigestMismatch, "zone-a", "has digest x"));

    assertThat(line("Ready"))
        .isEqualTo("Ready False DigestMismatch: zone-a: has digest x; traffic stays where it is");
  }

  @Test
  void lossesThatTheOthersHaveRoomFor() {
    running = OptionalInt.of(3);

    assertThat(line("SurvivesZoneLoss"))
        .isEqualTo(
            "SurvivesZoneLoss True SpareZones: any one of zone-a, zone-b, zone-c may go, the others"
                + " can serve; 3 requests at most ran at once in the last minute, and without"
                + " zone-a there is room for 4");
  }

  @Test
  void aLossThatTheOthersHaveNoRoomFor() {
    running = OptionalInt.of(5);

    assertThat(line("SurvivesZoneLoss"))
        .isEqualTo(
            "SurvivesZoneLoss False NoSpareCapacity: 5 requests ran at once in the last minute;"
                + " without zone-a there is room for 4 in zone-b: more would wait; raise replicas"
                + " or spec.server.maxConcurrency");
  }

  @Test
  void withoutGatewaysItIsSaidWhatIsGivenUp() {
    fleet.setSpec(
        Fleets.parse(
                Fleets.named(
                    "chat",
                    "{name: zone-a}, {name: zone-b}, {name: zone-c}",
                    "traffic: {gateway: {mode: Disabled}}"))
            .getSpec());
    answering = List.of();
    direct = true;

    assertThat(line("Ready"))
        .isEqualTo("Ready True AllZonesReady: all pods of all zones are ready");
    assertThat(line("Available"))
        .isEqualTo("Available True Serving: zone-a (Active 1/1) takes the requests");
    assertThat(line("SurvivesZoneLoss"))
        .startsWith(
            "SurvivesZoneLoss True SpareZones: any one of zone-a, zone-b, zone-c may go, the others"
                + " can serve; without gateways (spec.traffic.gateway.mode is Disabled) nothing is"
                + " replayed: requests under way in a pod that goes are lost");
    assertThat(line("Degraded")).startsWith("Degraded False");
  }

  @Test
  void replicasThatAZoneWasGivenAreTold() {
    replicas = Map.of("zone-b", 3);
    assertThat(status().zones()).extracting(ZoneStatus::desired).containsExactly(1, 3, 1);
  }

  @Test
  void aFaultSaysWhatToMend() {
    findings.add(Finding.ofZone(Finding.Reason.ClaimMissing, "zone-b", "claim x is missing"));
    ready.put("zone-b", 0);

    assertThat(line("Ready")).isEqualTo("Ready False ClaimMissing: zone-b: claim x is missing");
    assertThat(line("Degraded")).startsWith("Degraded True ClaimMissing");
    assertThat(line("Available")).startsWith("Available True Serving");
  }

  @Test
  void aNewGenerationIsAppliedFirst() {
    applied = Optional.of(2L);

    assertThat(line("Ready"))
        .isEqualTo("Ready False Applying: generation 3 of the spec is being applied");
    assertThat(status().observedGeneration()).isEqualTo(2L);
  }

  @Test
  void whatTheLastOperatorAppliedStaysApplied() {
    fleet.setStatus(status());
    applied = Optional.empty();

    assertThat(status().observedGeneration()).isEqualTo(3L);
    assertThat(line("Ready")).startsWith("Ready True");
  }

  @Test
  void aConditionThatStaysKeepsItsTime() {
    fleet.setStatus(status());
    findings.add(Finding.ofZone(Finding.Reason.PodsStarting, "zone-b", "0 of 1"));

    var later = status(NOW.plus(Duration.ofMinutes(1)));

    assertThat(times(later))
        .containsEntry("Available", "2026-11-24T10:00:00Z")
        .containsEntry("Ready", "2026-11-24T10:01:00Z");
  }

  @Test
  void aZonesDigestStaysWithItsRevision() {
    fleet.setStatus(status());
    assertThat(status().zones().getFirst().digest()).isNull();

    var loaded =
        StatusWriter.status(
            fleet, state(), new Known(seen(NOW), findings, Map.of("zone-a", "sha256:1"), applied));
    fleet.setStatus(loaded);

    assertThat(status().zones().getFirst().digest()).isEqualTo("sha256:1");
  }

  private String line(String type) {
    return lines().stream().filter(l -> l.startsWith(type + " ")).findFirst().orElseThrow();
  }

  private List<String> lines() {
    return status().conditions().stream()
        .map(c -> c.getType() + " " + c.getStatus() + " " + c.getReason() + ": " + c.getMessage())
        .toList();
  }

  @Test
  void anAutoscalerIsShownTheZoneThatServesFromThoseThatFollowReplicasPerZone() {
    ready.put("zone-a", 2);
    ready.put("zone-b", 3);
    assertThat(status().replicas()).isEqualTo(2);
    assertThat(status().selector()).endsWith("zonefleet.io/zone=zone-a");

    roles.put("zone-a", Role.Lost);
    roles.put("zone-b", Role.Active);
    assertThat(status().replicas()).isEqualTo(3);
    assertThat(status().selector())
        .isEqualTo(
            "app.kubernetes.io/component=inference,app.kubernetes.io/instance=chat,"
                + "app.kubernetes.io/name=deepseek,zonefleet.io/zone=zone-b");
  }

  private static Map<String, String> times(DeepSeekDeploymentStatus status) {
    var times = new HashMap<String, String>();
    for (Condition condition : status.conditions()) {
      times.put(condition.getType(), condition.getLastTransitionTime());
    }
    return times;
  }

  private DeepSeekDeploymentStatus status() {
    return status(NOW);
  }

  private DeepSeekDeploymentStatus status(Instant at) {
    return StatusWriter.status(
        fleet, state(), new Known(seen(at), findings, Map.of(), applied, running, replicas));
  }

  private FleetState state() {
    return new FleetState(
        7,
        ZONES.stream()
            .map(
                z ->
                    new ZoneState(
                        z,
                        roles.get(z),
                        NOW,
                        "because",
                        0,
                        true,
                        roles.get(z) == Role.Active,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()))
            .toList(),
        switches,
        degraded,
        Map.of());
  }

  private Observation seen(Instant at) {
    var endpoints = new HashMap<String, EndpointHealth>();
    for (var zone : ZONES) {
      for (int i = 0; i < ready.get(zone); i++) {
        endpoints.put(zone + i, new EndpointHealth(zone, true, false, false, false));
      }
    }
    var gateways =
        ZONES.stream()
            .map(
                z ->
                    answering.contains(z)
                        ? new GatewayReport("g-" + z, z, endpoints, RequestCounters.NONE)
                        : GatewayReport.unreachable("g-" + z, z))
            .toList();
    var pods =
        ZONES.stream()
            .flatMap(
                z ->
                    IntStream.range(0, ready.get(z))
                        .mapToObj(i -> new PodReport(z + i, z, z + i, true)))
            .toList();
    return new Observation(at, direct ? List.of() : gateways, pods, Map.of(), direct);
  }

  private static Switch move(long millis) {
    return new Switch(
        7,
        "zone-a",
        "zone-b",
        Switch.Cause.ZoneLost,
        NOW.minusMillis(millis),
        NOW,
        Optional.empty(),
        millis,
        0);
  }
}
