package io.zonefleet.operator.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.fleet.Fleets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Three zones with one pod each, order a, b, c, and a StatefulSet controller that does as
 * Kubernetes' does. The spec changes, and zones take turns.
 */
class ZoneTurnsTest {
  private static final String ZONES = "{name: a}, {name: b}, {name: c}";

  private final Map<String, StatefulSet> cluster = new TreeMap<>();
  private DeepSeekDeployment fleet;

  @BeforeEach
  void aFleetThatServes() {
    want("");
    pass();
    List.of("a", "b", "c").forEach(zone -> ready(zone, 1));
  }

  @Test
  void aNewFleetStartsAllZonesAtOnce() {
    cluster.clear();

    assertThat(pass()).isEmpty();
    assertThat(open()).containsExactly("a", "b", "c");
  }

  @Test
  void aChangeGoesFromZoneToZoneTheActiveOneLast() {
    roles(Map.of("a", "Active", "b", "Standby", "c", "Standby"));
    want("server: {drainSeconds: 60}");

    assertThat(pass())
        .containsExactly(
            "b: its pods change after those of c: it changes its pods",
            "a: its pods change after those of c: it changes its pods");
    assertThat(open()).containsExactly("c");

    ready("c", 0); // its pod restarts
    assertThat(pass())
        .containsExactly(
            "b: its pods change after those of c: 0 of 1 pods are ready",
            "a: its pods change after those of c: 0 of 1 pods are ready");

    ready("c", 1);
    pass();
    assertThat(open()).containsExactly("b", "c");

    ready("b", 1);
    assertThat(pass()).isEmpty();
    assertThat(open()).containsExactly("a", "b", "c");

    ready("a", 1);
    assertThat(pass()).isEmpty();
  }

  @Test
  void anActiveZoneThatComesLastInTheOrderStillChangesLast() {
    roles(Map.of("a", "Standby", "b", "Standby", "c", "Active"));
    want("server: {drainSeconds: 60}");

    pass();

    assertThat(open()).containsExactly("b");
  }

  @Test
  void aChangeThatBreaksAZoneGoesNoFurther() {
    want("server: {image: broken}");
    pass();
    ready("c", 0);

    for (int i = 0; i < 5; i++) {
      assertThat(pass()).hasSize(2);
      assertThat(open()).containsExactly("c");
    }

    // the remedy reaches the broken zone at once, the others in turn
    want("server: {image: mended}");
    assertThat(pass()).hasSize(2);
    assertThat(open()).containsExactly("c");
    assertThat(image("c")).isEqualTo("mended");
  }

  @Test
  void nothingChangesWhileAZoneIsLost() {
    roles(Map.of("a", "Active", "b", "Lost", "c", "Standby"));
    want("server: {drainSeconds: 60}");

    assertThat(pass())
        .containsExactly(
            "c: its pods change after those of b: it is Lost",
            "a: its pods change after those of b: it is Lost");
  }

  @Test
  void zonesThatAreAllDownChangeTogether() {
    List.of("a", "b", "c").forEach(zone -> ready(zone, 0));
    want("server: {image: mended}");

    assertThat(pass()).isEmpty();
    assertThat(open()).containsExactly("a", "b", "c");
  }

  @Test
  void podsThatHaveJustBecomeReadyAreNotTakenForDown() {
    List.of("a", "b", "c").forEach(zone -> report(zone, 1, 0));
    want("server: {drainSeconds: 60}");

    assertThat(pass()).hasSize(2);
    assertThat(open()).containsExactly("c");
  }

  @Test
  void podsThatOnlyGatewaysKnowToBeReadyAreNotTakenForDown() {
    List.of("a", "b", "c").forEach(zone -> report(zone, 0, 0));
    zones(
        Stream.of("a", "b", "c")
            .map(zone -> Map.<String, Object>of("name", zone, "role", "Standby", "ready", 1))
            .toList());
    want("server: {drainSeconds: 60}");

    assertThat(pass()).hasSize(2);
    assertThat(open()).containsExactly("c");
  }

  @Test
  void zonesShortOfPodsDoNotWaitForEachOtherForEver() {
    want("replicasPerZone: 2");
    pass();
    ready("a", 1);
    ready("b", 1);
    ready("c", 2);
    want("replicasPerZone: 2", "server: {image: mended}");

    pass();
    assertThat(open()).containsExactly("b");

    ready("b", 2);
    pass();
    assertThat(open()).as("a, for it is short of pods").containsExactly("a", "b");
  }

  @Test
  void moreReplicasNeedNoTurn() {
    want("replicasPerZone: 3");

    assertThat(pass()).isEmpty();
    assertThat(cluster.values()).allMatch(set -> set.getSpec().getReplicas() == 3);
  }

  @Test
  void aChangeThatIsTakenBackEndsWhereItBegan() {
    want("server: {image: second}");
    pass();
    ready("c", 1);
    want("");

    for (int i = 0; i < 6; i++) {
      pass();
      List.of("a", "b", "c").forEach(zone -> ready(zone, 1));
    }

    assertThat(pass()).isEmpty();
    assertThat(open()).containsExactly("a", "b", "c");
    assertThat(image("a")).isEqualTo(image("c")).isEqualTo(Fleets.SETTINGS.inferenceImage());
  }

  private void want(String... spec) {
    var status = fleet == null ? null : fleet.getStatus();
    fleet = Fleets.parse(Fleets.named("chat", ZONES, spec));
    fleet.setStatus(status);
  }

  /** A zone is lost, and another one is given pods that find no room: nobody counted on them. */
  @Test
  void podsOfASurgeAreNoChangeThatOthersWaitFor() {
    roles(Map.of("a", "Active", "b", "Active", "c", "Active"));
    surge("b", 3, 1, 1);
    assertThat(pass()).isEmpty();
    want("server: {drainSeconds: 60}");
    // c goes first, as it would without the surge; b is not short of pods, which would let it jump
    surge("b", 3, 2, 1);
    assertThat(pass())
        .containsExactly(
            "b: its pods change after those of c: it changes its pods",
            "a: its pods change after those of c: it changes its pods");
    assertThat(open()).containsExactly("c");
  }

  /** What the controller reports while it makes the pods of a surge. */
  private void surge(String zone, int wanted, int made, int available) {
    var set = cluster.get("chat-" + zone);
    cluster.put(
        "chat-" + zone,
        new StatefulSetBuilder(set)
            .editSpec()
            .withReplicas(wanted)
            .endSpec()
            .withNewStatus()
            .withObservedGeneration(set.getMetadata().getGeneration())
            .withReplicas(made)
            .withReadyReplicas(available)
            .withAvailableReplicas(available)
            .withUpdatedReplicas(made)
            .endStatus()
            .build());
  }

  private void roles(Map<String, String> roles) {
    zones(
        roles.entrySet().stream()
            .map(role -> Map.<String, Object>of("name", role.getKey(), "role", role.getValue()))
            .toList());
  }

  private void zones(List<Map<String, Object>> zones) {
    var status = Map.of("status", Map.of("zones", zones));
    fleet.setStatus(
        Serialization.unmarshal(Serialization.asJson(status), DeepSeekDeployment.class)
            .getStatus());
  }

  /** Applies what the turns allow; the waits in words. */
  private List<String> pass() {
    var desired =
        Fleets.objects(fleet).stream()
            .filter(StatefulSet.class::isInstance)
            .map(StatefulSet.class::cast)
            .toList();
    var turns = ZoneTurns.of(fleet, desired, new ArrayList<>(cluster.values()));
    turns.sets().forEach(this::store);
    return turns.waits().stream().map(wait -> wait.zone() + ": " + wait.words()).toList();
  }

  private void store(StatefulSet desired) {
    var name = desired.getMetadata().getName();
    var before = cluster.get(name);
    var changed = before == null || !before.getSpec().equals(desired.getSpec());
    var generation = before == null ? 0 : before.getMetadata().getGeneration();
    var stored =
        new StatefulSetBuilder(desired)
            .editMetadata()
            .withGeneration(generation + (changed ? 1 : 0))
            .endMetadata()
            .withStatus(before == null ? null : before.getStatus())
            .build();
    cluster.put(name, stored);
  }

  /** What the controller reports once it has done all that the partition allows. */
  private void ready(String zone, int pods) {
    report(zone, pods, pods);
  }

  private void report(String zone, int ready, int available) {
    var set = cluster.get("chat-" + zone);
    var open = partition(set) == 0;
    cluster.put(
        "chat-" + zone,
        new StatefulSetBuilder(set)
            .withNewStatus()
            .withObservedGeneration(set.getMetadata().getGeneration())
            .withReplicas(set.getSpec().getReplicas())
            .withReadyReplicas(ready)
            .withAvailableReplicas(available)
            .withUpdatedReplicas(open ? set.getSpec().getReplicas() : 0)
            .endStatus()
            .build());
  }

  private List<String> open() {
    return cluster.values().stream()
        .filter(set -> partition(set) == 0)
        .map(set -> set.getMetadata().getName().substring("chat-".length()))
        .toList();
  }

  private String image(String zone) {
    return cluster
        .get("chat-" + zone)
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst()
        .getImage();
  }

  private static int partition(StatefulSet set) {
    return set.getSpec().getUpdateStrategy().getRollingUpdate().getPartition();
  }
}
