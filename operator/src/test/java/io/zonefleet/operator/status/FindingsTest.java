package io.zonefleet.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.operator.fleet.Fleets;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.zones.EndpointHealth;
import io.zonefleet.operator.zones.GatewayReport;
import io.zonefleet.operator.zones.Observation;
import io.zonefleet.operator.zones.PodReport;
import io.zonefleet.operator.zones.RequestCounters;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Given something wrong around a fleet, then the finding names it and says what to do. */
class FindingsTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

  private final List<Node> nodes = List.of(node("zone-a", "True"), node("zone-b", "True"));
  private List<Pod> inference = List.of();
  private List<PersistentVolumeClaim> claims =
      List.of(claim("chat-weights-zone-a", "Bound"), claim("chat-weights-zone-b", "Bound"));
  private boolean blindGateway;
  private boolean startingGateway;
  private boolean gatewayOutside;
  private String zones = "{name: zone-a}, {name: zone-b}";
  private String storage = "storage: {mode: PerZone}";

  @Test
  void aZoneThatNoNodeHasListsThoseThatExist() {
    zones = "{name: zone-a}, {name: eu-9}";

    assertThat(first())
        .isEqualTo(
            "UnknownZone eu-9: no node has the label topology.kubernetes.io/zone=eu-9, so its pods"
                + " cannot run; zones that exist: zone-a, zone-b; correct spec.zones or label a"
                + " node");
  }

  @Test
  void aZoneWhoseNodesAreAllNotReadyIsNotUnknown() {
    assertThat(words(of(List.of(node("zone-a", "False"), node("zone-b", "True")))).getFirst())
        .isEqualTo(
            "ZoneNodesNotReady zone-a: none of its 1 nodes is Ready; see kubectl get nodes -l"
                + " topology.kubernetes.io/zone=zone-a");
  }

  @Test
  void aClaimThatTheUserNamedAndIsMissingIsNamedWithItsField() {
    storage = "storage: {mode: Shared, claims: {shared: tiny}}";

    assertThat(first())
        .isEqualTo(
            "ClaimMissing claim tiny (spec.storage.claims.shared) does not exist in namespace"
                + " default; create it, or remove the entry to have one made");
  }

  @Test
  void aClaimWithoutAVolumeSaysWhichClass() {
    claims =
        List.of(claim("chat-weights-zone-a", "Pending"), claim("chat-weights-zone-b", "Bound"));

    assertThat(first())
        .startsWith("ClaimNotBound zone-a: claim chat-weights-zone-a is not bound to a volume")
        .contains("StorageClass fast");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {waiting: {reason: ImagePullBackOff, message: 'Back-off pulling'}}                           | ImageNotPulled      | image registry.test/x:1 of pod chat-zone-a-0 cannot be pulled (ImagePullBackOff: Back-off pulling); correct spec.server.image
          {waiting: {reason: CreateContainerConfigError, message: 'secret "s" not found'}}              | ContainerNotCreated | secret "s" not found
          {terminated: {exitCode: 1, message: 'Model revision r9 is not on the volume: no folder'}}     | ModelMissing        | pod chat-zone-a-0: Model revision r9 is not on the volume
          {terminated: {exitCode: 1, message: 'The model folder /models/r1 has digest sha256:1'}}       | DigestMismatch      | has digest sha256:1
          {terminated: {exitCode: 1, message: 'The model cannot be served: corrupt protobuf'}}          | ModelNotLoaded      | corrupt protobuf
          {terminated: {exitCode: 137, reason: OOMKilled}}                                              | OutOfMemory         | raise spec.server.resources.limits.memory
          {terminated: {exitCode: 3}}                                                                   | PodFailed           | see kubectl logs chat-zone-a-0 -n default --previous
          """)
  void aContainerThatDoesNotRunTellsWhy(String state, String reason, String words) {
    inference =
        List.of(
            pod(
                """
                phase: Pending
                containerStatuses:
                - {name: inference, image: registry.test/x:1, restartCount: 0, ready: false, state: %s}
                """
                    .formatted(state)));

    assertThat(first()).startsWith(reason + " zone-a: ").contains(words);
  }

  @Test
  void betweenTwoTriesTheReasonOfTheLastOneStays() {
    inference =
        List.of(
            pod(
                """
                phase: Running
                containerStatuses:
                - name: inference
                  image: registry.test/x:1
                  restartCount: 2
                  ready: false
                  state: {waiting: {reason: CrashLoopBackOff, message: back-off 20s}}
                  lastState: {terminated: {exitCode: 1, message: "The model folder /m has digest x"}}
                """));

    assertThat(first()).startsWith("DigestMismatch zone-a: ");
  }

  @Test
  void aPodThatCannotBeScheduledTellsWhatTheSchedulerSaid() {
    inference = List.of(unschedulable());

    assertThat(first())
        .isEqualTo(
            "Unschedulable zone-a: pod chat-zone-a-0 cannot be scheduled: 0/3 nodes are available:"
                + " 3 Insufficient memory.");
  }

  @Test
  void aMissingClaimExplainsWhyThePodCannotBeScheduled() {
    inference = List.of(unschedulable());
    storage = "storage: {mode: PerZone, claims: {zone-a: gone, zone-b: chat-weights-zone-b}}";

    assertThat(words(of(nodes))).anyMatch(w -> w.startsWith("ClaimMissing"));
    assertThat(words(of(nodes))).noneMatch(w -> w.startsWith("Unschedulable"));
  }

  @Test
  void aGatewayThatKnowsNoPodHasNoConfiguration() {
    blindGateway = true;

    assertThat(first())
        .isEqualTo(
            "GatewayUnconfigured zone-a: gateway g-zone-a has no configuration; it gets it from the"
                + " operator's Service zonefleet-xds: look at the gateway's log");
  }

  @Test
  void aGatewayThatTheKubeletDoesNotCallReadyYetIsWaitedFor() {
    startingGateway = true;

    assertThat(first())
        .isEqualTo(
            "GatewaysStarting zone-a: no gateway of the zone is in the front Service yet: none that"
                + " is Ready has the label zonefleet.io/serving=true");
  }

  @Test
  void aGatewayThatIsNotInTheFrontServiceIsWaitedFor() {
    gatewayOutside = true;

    assertThat(first()).startsWith("GatewaysStarting zone-a: no gateway of the zone is in the");
  }

  @Test
  void aWholeFleetHasNoFinding() {
    assertThat(of(nodes)).isEmpty();
  }

  private Pod unschedulable() {
    return pod(
        """
        phase: Pending
        conditions:
        - type: PodScheduled
          status: "False"
          reason: Unschedulable
          lastTransitionTime: "2026-11-24T09:59:00Z"
          message: "0/3 nodes are available: 3 Insufficient memory."
        """);
  }

  private String first() {
    return words(of(nodes)).getFirst();
  }

  private static List<String> words(List<Finding> findings) {
    return findings.stream().map(f -> f.reason() + " " + f.inWords()).toList();
  }

  private List<Finding> of(List<Node> nodes) {
    var fleet = Fleets.parse(Fleets.named("chat", zones, storage));
    var policy = FleetPolicies.of(fleet.getSpec());
    var names = policy.zones().stream().map(z -> z.name()).toList();
    var gateways =
        names.stream()
            .map(name -> gateway(name, names, blindGateway && name.equals("zone-a")))
            .toList();
    var pods = names.stream().map(n -> new PodReport("p", n, "10.0.0.1", true)).toList();
    return Findings.of(
        fleet,
        policy,
        new Surroundings(
            inference,
            names.stream().map(this::gatewayPod).toList(),
            claims,
            nodes,
            new Observation(NOW, gateways, pods, NodeFindings.reports(nodes))));
  }

  private static GatewayReport gateway(String zone, List<String> zones, boolean blind) {
    var endpoints = new java.util.HashMap<String, EndpointHealth>();
    if (!blind) {
      zones.forEach(z -> endpoints.put(z, new EndpointHealth(z, true, false, false, false)));
    }
    return new GatewayReport("g-" + zone, zone, endpoints, RequestCounters.NONE);
  }

  private Pod gatewayPod(String zone) {
    boolean first = zone.equals("zone-a");
    return new PodBuilder()
        .withNewMetadata()
        .withName("g-" + zone)
        .withLabels(Labels.zone("chat", Labels.GATEWAY, zone))
        .addToLabels(Labels.SERVING, first && gatewayOutside ? "false" : Labels.TRUE)
        .endMetadata()
        .withNewStatus()
        .withStartTime("2026-11-24T09:59:00Z")
        .addNewCondition()
        .withType("Ready")
        .withStatus(first && startingGateway ? "False" : "True")
        .endCondition()
        .endStatus()
        .build();
  }

  private static Node node(String zone, String ready) {
    return new NodeBuilder()
        .withNewMetadata()
        .withName("node-" + zone)
        .withLabels(Map.of(Labels.NODE_ZONE, zone))
        .endMetadata()
        .withNewStatus()
        .addNewCondition()
        .withType("Ready")
        .withStatus(ready)
        .endCondition()
        .endStatus()
        .build();
  }

  private static PersistentVolumeClaim claim(String name, String phase) {
    return new PersistentVolumeClaimBuilder()
        .withNewMetadata()
        .withName(name)
        .withCreationTimestamp("2026-11-24T09:00:00Z")
        .endMetadata()
        .withNewSpec()
        .withStorageClassName("fast")
        .endSpec()
        .withNewStatus()
        .withPhase(phase)
        .endStatus()
        .build();
  }

  private static Pod pod(String status) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("chat-zone-a-0")
        .withNamespace("default")
        .withLabels(Labels.zone("chat", Labels.INFERENCE, "zone-a"))
        .endMetadata()
        .withStatus(Serialization.unmarshal(status, PodStatus.class))
        .build();
  }
}
