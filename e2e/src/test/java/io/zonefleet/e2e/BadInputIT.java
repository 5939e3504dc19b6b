package io.zonefleet.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.e2e.cluster.GivenCluster;
import io.zonefleet.e2e.fleet.Await;
import io.zonefleet.e2e.fleet.Fleet;
import io.zonefleet.e2e.fleet.Installation;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Given a resource that cannot be carried out on a real cluster, then it says what to do. */
class BadInputIT {

  private static final Duration SOON = Duration.ofSeconds(90);
  private static final String MODEL = "{name: tiny-r1, revision: r1}";
  private static final String ZONES = "[{name: zone-a}, {name: zone-b}]";
  private static final String STORAGE =
      "{mode: Shared, claims: {shared: " + Installation.WEIGHTS + "}}";

  private final Installation installation = UnderTest.installation();

  /** Puts a revision onto the volume whose graph ends in the middle, as a copy that broke off. */
  @BeforeAll
  static void halfARevision() {
    var client = UnderTest.installation().client();
    var job =
        Serialization.unmarshal(
            """
            apiVersion: batch/v1
            kind: Job
            metadata: {name: half-a-revision, namespace: %s}
            spec:
              template:
                spec:
                  restartPolicy: Never
                  securityContext: {runAsUser: 65532}
                  containers:
                  - name: copy
                    image: %s/weights-tiny:dev
                    command: [sh, -ec, 'rm -rf /weights/half; cp -r /models/r1 /weights/half; \
                      head -c 100000 /models/r1/model.onnx >/weights/half/model.onnx']
                    volumeMounts: [{name: weights, mountPath: /weights}]
                  volumes: [{name: weights, persistentVolumeClaim: {claimName: %s}}]
            """
                .formatted(Fleet.NAMESPACE, GivenCluster.registry(), Installation.WEIGHTS),
            Job.class);
    client.resource(job).create();
    Await.until(
        "half a revision is on the volume",
        SOON,
        () -> Objects.equals(client.resource(job).get().getStatus().getSucceeded(), 1));
    client.resource(job).withPropagationPolicy(DeletionPropagation.BACKGROUND).delete();
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        fault(
            "unknown-zone",
            Map.of("zones", "[{name: zone-a}, {name: zone-x}]"),
            "UnknownZone",
            "zone-x",
            "zone-a, zone-b, zone-c"),
        fault(
            "missing-claim",
            Map.of("storage", "{mode: Shared, claims: {shared: nowhere}}"),
            "ClaimMissing",
            "claim nowhere",
            "create it"),
        fault(
            "missing-folder",
            Map.of("model", "{name: tiny-r1, revision: r9}"),
            "ModelMissing",
            "r9",
            "it has half, r1"),
        fault(
            "corrupt-folder",
            Map.of("model", "{name: tiny-r1, revision: half}"),
            "ModelNotLoaded",
            "/models/half/model.onnx",
            "copy the revision again"),
        fault(
            "wrong-digest",
            Map.of(
                "model", "{name: tiny-r1, revision: r1, digest: 'sha256:" + "0".repeat(64) + "'}"),
            "DigestMismatch",
            "digest"),
        fault(
            "image",
            Map.of("server", "{image: 'localhost/zonefleet/none:1'}"),
            "ImageNotPulled",
            "localhost/zonefleet/none:1",
            "spec.server.image"));
  }

  private static Arguments fault(
      String name, Map<String, String> spec, String reason, String... words) {
    return Arguments.of(name, spec, reason, words);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void theConditionSaysWhatToDo(
      String name, Map<String, String> spec, String reason, String[] words) {
    try (var fleet =
        Fleet.applied(installation.client(), "bad-" + name, yaml("bad-" + name, spec))) {
      Await.until(
          "Ready of %s is False for %s".formatted(name, reason),
          SOON,
          () ->
              fleet
                  .condition("Ready")
                  .filter(c -> c.getStatus().equals("False") && c.getReason().equals(reason))
                  .isPresent());
      assertThat(fleet.condition("Ready").orElseThrow().getMessage()).contains(words);
      assertThat(fleet.condition("Degraded").orElseThrow().getStatus()).isEqualTo("True");
    }
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        refusal(
            "duplicate",
            Map.of("zones", "[{name: zone-a}, {name: zone-a}]"),
            "spec.zones",
            "Duplicate"),
        refusal(
            "weightless",
            Map.of("zones", "[{name: zone-a, weight: 0}]", "traffic", "{policy: ActiveActive}"),
            "spec.zones",
            "weights sum to zero"),
        refusal("n".repeat(64), Map.of(), "metadata.name", "characters"));
  }

  private static Arguments refusal(String name, Map<String, String> spec, String... words) {
    return Arguments.of(name, spec, words);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refusals")
  void theApiServerRefusesAndNamesTheField(String name, Map<String, String> spec, String[] words) {
    assertThatThrownBy(() -> Fleet.applied(installation.client(), name, yaml(name, spec)))
        .isInstanceOf(KubernetesClientException.class)
        .message()
        .contains(words);
  }

  private static String yaml(String name, Map<String, String> spec) {
    return """
        apiVersion: zonefleet.io/v1alpha1
        kind: DeepSeekDeployment
        metadata: {name: %s}
        spec:
          model: %s
          zones: %s
          storage: %s
          server: %s
          traffic: %s
        """
        .formatted(
            name,
            spec.getOrDefault("model", MODEL),
            spec.getOrDefault("zones", ZONES),
            spec.getOrDefault("storage", STORAGE),
            spec.getOrDefault("server", "{}"),
            spec.getOrDefault("traffic", "{}"));
  }
}
