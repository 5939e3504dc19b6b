package io.zonefleet.operator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pods that serve the model, zone by zone. */
class InferenceObjectsTest {

  @Test
  void eachZoneHasAStatefulSetThatRunsInItAndNowhereElse() {
    var set = set("zone-b", "replicasPerZone: 3");

    assertThat(set.getSpec().getReplicas()).isEqualTo(3);
    assertThat(set.getSpec().getPodManagementPolicy()).isEqualTo("Parallel");
    assertThat(set.getSpec().getServiceName()).isEqualTo("chat-zone-b");
    var terms =
        pod(set)
            .getAffinity()
            .getNodeAffinity()
            .getRequiredDuringSchedulingIgnoredDuringExecution()
            .getNodeSelectorTerms();
    assertThat(terms).singleElement().extracting(t -> t.getMatchExpressions().size()).isEqualTo(1);
    var zone = terms.getFirst().getMatchExpressions().getFirst();
    assertThat(zone.getKey()).isEqualTo("topology.kubernetes.io/zone");
    assertThat(zone.getValues()).containsExactly("zone-b");
  }

  @Test
  void podsSpreadOverTheNodesOfTheirOwnZone() {
    var spread = pod(set("zone-a")).getTopologySpreadConstraints().getFirst();

    assertThat(spread.getTopologyKey()).isEqualTo("kubernetes.io/hostname");
    assertThat(spread.getWhenUnsatisfiable()).isEqualTo("ScheduleAnyway");
    assertThat(spread.getLabelSelector().getMatchLabels())
        .containsEntry("zonefleet.io/zone", "zone-a")
        .containsEntry("app.kubernetes.io/instance", "chat");
  }

  @Test
  void aZonesOwnReplicasCountBeforeTheFleets() {
    var objects = Fleets.objects(Fleets.named("chat", "{name: a, replicas: 0}, {name: b}"));

    assertThat(Fleets.find(objects, StatefulSet.class, "chat-a").getSpec().getReplicas()).isZero();
    assertThat(Fleets.find(objects, StatefulSet.class, "chat-b").getSpec().getReplicas())
        .isEqualTo(1);
  }

  @Test
  void theServerLearnsFromTheEnvironmentWhatToServeAndWhereItRuns() {
    var digest = "sha256:" + "0".repeat(64);
    var set =
        Fleets.find(
            Fleets.objects(
                Fleets.chat("server: {provider: CPU, contextTokens: 512, drainSeconds: 45}")
                    .replace("revision: r1", "revision: r7, digest: '" + digest + "'")),
            StatefulSet.class,
            "chat-zone-a");

    assertThat(environment(container(set)))
        .containsExactlyInAnyOrderEntriesOf(
            Map.ofEntries(
                Map.entry("ZONEFLEET_MODEL_DIR", "/models"),
                Map.entry("ZONEFLEET_MODEL_NAME", "tiny"),
                Map.entry("ZONEFLEET_MODEL_REVISION", "r7"),
                Map.entry("ZONEFLEET_MODEL_DIGEST", digest),
                Map.entry("ZONEFLEET_ZONE", "zone-a"),
                Map.entry("ZONEFLEET_POD", "<metadata.name>"),
                Map.entry("ZONEFLEET_PROVIDER", "CPU"),
                Map.entry("ZONEFLEET_MAX_CONCURRENCY", "4"),
                Map.entry("ZONEFLEET_CONTEXT_TOKENS", "512"),
                Map.entry("ZONEFLEET_TERMINATION_LOG", "/dev/termination-log"),
                Map.entry("ZONEFLEET_DRAIN_TIMEOUT", "45s"),
                Map.entry("HOME", "/tmp"),
                Map.entry("USER", "zonefleet")));
  }

  @Test
  void aPodAsksItsNodeForWhatItsUserLeftOut() {
    assertThat(requests()).isEqualTo(Map.of("cpu", "250m", "memory", "512Mi"));
    assertThat(requests("server: {resources: {requests: {cpu: 8}}}"))
        .isEqualTo(Map.of("cpu", "8", "memory", "512Mi"));
    assertThat(requests("server: {resources: {limits: {memory: 64Gi, nvidia.com/gpu: 1}}}"))
        .as("the API server requests what is limited")
        .isEqualTo(Map.of("cpu", "250m"));
  }

  private static Map<String, String> requests(String... spec) {
    return container(set("zone-a", spec)).getResources().getRequests().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().toString()));
  }

  @Test
  void aPodGetsLongerThanItsDrainBeforeItIsKilled() {
    assertThat(pod(set("zone-a", "server: {drainSeconds: 45}")).getTerminationGracePeriodSeconds())
        .isEqualTo(55);
  }

  @Test
  void probesAskForServiceForLifeAndLeaveTimeToLoad() {
    var container =
        container(
            set(
                "zone-a",
                "traffic: {healthCheck: {path: /ready-to-serve}}",
                "server: {livenessPath: /alive}"));

    assertThat(path(container.getReadinessProbe())).isEqualTo("/ready-to-serve");
    assertThat(path(container.getLivenessProbe())).isEqualTo("/alive");
    var startup = container.getStartupProbe();
    assertThat(path(startup)).isEqualTo("/alive");
    assertThat(startup.getPeriodSeconds() * startup.getFailureThreshold())
        .as("seconds that loading may take")
        .isGreaterThanOrEqualTo(1800);
  }

  @Test
  void podsMeetTheRestrictedStandardAndWriteOnlyToTmp() {
    var pod = pod(set("zone-a"));
    var container = pod.getContainers().getFirst();

    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(65532);
    assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
    assertThat(container.getSecurityContext().getAllowPrivilegeEscalation()).isFalse();
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(container.getVolumeMounts())
        .filteredOn(mount -> !Boolean.TRUE.equals(mount.getReadOnly()))
        .extracting(mount -> mount.getMountPath())
        .containsExactly("/tmp");
  }

  @Test
  void keysAreAFolderThatIsReadOnlyAndMayBeMissing() {
    var set = set("zone-a", "auth: {apiKeysSecret: chat-keys}");

    var volume =
        pod(set).getVolumes().stream().filter(v -> v.getSecret() != null).findFirst().orElseThrow();
    assertThat(volume.getSecret().getSecretName()).isEqualTo("chat-keys");
    assertThat(volume.getSecret().getOptional()).as("a pod must start to say so").isTrue();
    assertThat(container(set).getVolumeMounts())
        .filteredOn(mount -> mount.getName().equals(volume.getName()))
        .singleElement()
        .matches(mount -> mount.getReadOnly() && mount.getMountPath().startsWith("/etc/"))
        .satisfies(
            mount ->
                assertThat(environment(container(set)))
                    .containsEntry("ZONEFLEET_API_KEYS_PATH", mount.getMountPath()));
  }

  @Test
  void anotherServerTakesOursPlace() {
    var container =
        container(
            set(
                "zone-a",
                "server: {image: 'vllm/vllm-openai:v1', command: [vllm, serve],"
                    + " args: ['$(ZONEFLEET_MODEL_DIR)/$(ZONEFLEET_MODEL_REVISION)'], port: 8000,"
                    + " livenessPath: /health, http2: false, env: [{name: HOME, value: /home},"
                    + " {name: VLLM_USE_V1, value: '1'}]}",
                "traffic: {healthCheck: {path: /health}}"));

    assertThat(container.getImage()).isEqualTo("vllm/vllm-openai:v1");
    assertThat(container.getCommand()).containsExactly("vllm", "serve");
    assertThat(container.getArgs())
        .containsExactly("$(ZONEFLEET_MODEL_DIR)/$(ZONEFLEET_MODEL_REVISION)");
    assertThat(container.getPorts().getFirst().getContainerPort()).isEqualTo(8000);
    assertThat(environment(container))
        .as("the user's value wins, and each name is there once")
        .containsEntry("HOME", "/home")
        .containsEntry("VLLM_USE_V1", "1");
    assertThat(container.getLifecycle().getPreStop().getSleep().getSeconds())
        .as("it stays open until gateways have turned away")
        .isPositive();
  }

  @Test
  void eachZoneHasAServiceForNamesAndOneForRequests() {
    var objects = Fleets.objects(Fleets.chat("server: {port: 9000}"));
    var headless = Fleets.find(objects, Service.class, "chat-zone-a").getSpec();
    var http = Fleets.find(objects, Service.class, "chat-zone-a-http").getSpec();

    assertThat(headless.getClusterIP()).isEqualTo("None");
    assertThat(headless.getPublishNotReadyAddresses()).isTrue();
    assertThat(headless.getPorts().getFirst().getPort()).isEqualTo(9000);
    assertThat(http.getClusterIP()).isNull();
    assertThat(http.getPublishNotReadyAddresses()).isNull();
    assertThat(http.getSelector()).containsEntry("zonefleet.io/zone", "zone-a");
  }

  @Test
  void templatesAddToListsAndReplaceValuesButNotOurLabels() {
    var set =
        set(
            "zone-a",
            "template: {statefulSet: {annotations: {note: set}}, pod: {labels: {team: ml,"
                + " zonefleet.io/zone: zone-z}, annotations: {note: pod}, nodeSelector: {pool: gpu},"
                + " tolerations: [{key: gpu, operator: Exists}], imagePullSecrets: [{name: pull}],"
                + " priorityClassName: high, runtimeClassName: nvidia, schedulerName: mine,"
                + " securityContext: {runAsUser: 1000}}}");
    var pod = pod(set);

    assertThat(set.getMetadata().getAnnotations()).containsEntry("note", "set");
    assertThat(set.getSpec().getTemplate().getMetadata().getLabels())
        .containsEntry("team", "ml")
        .containsEntry("zonefleet.io/zone", "zone-a");
    assertThat(set.getSpec().getSelector().getMatchLabels()).doesNotContainKey("team");
    assertThat(pod.getNodeSelector()).containsExactly(Map.entry("pool", "gpu"));
    assertThat(pod.getTolerations()).singleElement().extracting(t -> t.getKey()).isEqualTo("gpu");
    assertThat(pod.getImagePullSecrets()).extracting(s -> s.getName()).containsExactly("pull");
    assertThat(pod.getPriorityClassName()).isEqualTo("high");
    assertThat(pod.getRuntimeClassName()).isEqualTo("nvidia");
    assertThat(pod.getSchedulerName()).isEqualTo("mine");
    assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(1000);
    assertThat(pod.getSecurityContext().getRunAsNonRoot()).as("not named, so kept").isTrue();
  }

  /** A changed pod template restarts every pod of the zone, so it changes only with the pods. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "replicasPerZone: 5",
        "traffic: {policy: ActiveActive, failback: {mode: Manual}, streamIdleSeconds: 5}",
        "traffic: {healthCheck: {intervalMillis: 1000, failureThreshold: 5}}",
        "traffic: {drains: [{zone: zone-a, reason: repair}]}",
        "traffic: {gateway: {replicasPerZone: 3, serviceType: LoadBalancer, image: 'envoy:2'}}",
        "storage: {size: 40Gi, storageClassName: fast}",
        "template: {gatewayPod: {labels: {a: b}}, statefulSet: {labels: {a: b}},"
            + " service: {labels: {a: b}}}"
      })
  void whatDoesNotConcernThePodsDoesNotRestartThem(String change) {
    assertThat(template(Fleets.chat(change))).isEqualTo(template(Fleets.chat()));
  }

  @Test
  void neitherOtherZonesNorTheOperatorsAddressRestartPods() {
    var zones = "{name: zone-c}, {name: zone-a, weight: 7, replicas: 9}";
    assertThat(template(Fleets.named("chat", zones))).isEqualTo(template(Fleets.chat()));

    var moved =
        new FleetSettings(
            Fleets.SETTINGS.inferenceImage(),
            "gateway:2",
            "elsewhere",
            Map.of("envoy.yaml", "node: {a: b}"));
    var objects = FleetObjects.of(Fleets.parse(Fleets.chat()), moved);
    assertThat(Fleets.find(objects, StatefulSet.class, "chat-zone-a").getSpec().getTemplate())
        .isEqualTo(template(Fleets.chat()));
  }

  private static PodTemplateSpec template(String yaml) {
    return Fleets.find(Fleets.objects(yaml), StatefulSet.class, "chat-zone-a")
        .getSpec()
        .getTemplate();
  }

  private static StatefulSet set(String zone, String... spec) {
    return Fleets.find(Fleets.objects(Fleets.chat(spec)), StatefulSet.class, "chat-" + zone);
  }

  private static PodSpec pod(StatefulSet set) {
    return set.getSpec().getTemplate().getSpec();
  }

  private static Container container(StatefulSet set) {
    return pod(set).getContainers().getFirst();
  }

  private static String path(Probe probe) {
    return probe.getHttpGet().getPath();
  }

  private static Map<String, String> environment(Container container) {
    return container.getEnv().stream()
        .collect(Collectors.toMap(EnvVar::getName, InferenceObjectsTest::value));
  }

  private static String value(EnvVar variable) {
    return variable.getValueFrom() == null
        ? variable.getValue()
        : "<" + variable.getValueFrom().getFieldRef().getFieldPath() + ">";
  }
}
