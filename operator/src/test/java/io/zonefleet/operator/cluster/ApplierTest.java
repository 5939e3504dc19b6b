package io.zonefleet.operator.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubeapitest.junit.EnableKubeAPIServer;
import io.fabric8.kubeapitest.junit.KubeConfig;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.fleet.FleetObjects;
import io.zonefleet.operator.fleet.Fleets;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.reconcile.ApiServerIsBuilt;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the applier makes of a real API server; no controller runs, so only it changes objects. */
@ExtendWith(ApiServerIsBuilt.class)
@EnableKubeAPIServer(updateKubeConfigFile = false)
class ApplierTest {
  private static final List<Class<? extends HasMetadata>> KINDS =
      List.of(
          ServiceAccount.class,
          NetworkPolicy.class,
          ConfigMap.class,
          Service.class,
          PodDisruptionBudget.class,
          StatefulSet.class,
          Deployment.class,
          PersistentVolumeClaim.class);

  private static final AtomicInteger NAMESPACES = new AtomicInteger();

  @KubeConfig static String kubeConfig;

  private static KubernetesClient client;

  private final Applier applier = new Applier(client);
  private String namespace;

  @BeforeAll
  static void installCrd() throws IOException {
    client = new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(kubeConfig)).build();
    var definitions = client.apiextensions().v1().customResourceDefinitions();
    var crd = definitions.load(Files.newInputStream(Fleets.CRD)).serverSideApply();
    definitions
        .withName(crd.getMetadata().getName())
        .waitUntilCondition(
            current ->
                current != null
                    && current.getStatus() != null
                    && current.getStatus().getConditions() != null
                    && current.getStatus().getConditions().stream()
                        .anyMatch(
                            condition ->
                                "Established".equals(condition.getType())
                                    && "True".equals(condition.getStatus())),
            30,
            TimeUnit.SECONDS);
  }

  @AfterAll
  static void close() {
    if (client != null) {
      client.close();
    }
  }

  /** The API server alone cannot empty a namespace, so each test takes a new one. */
  @BeforeEach
  void makeNamespace() {
    namespace = "fleet-" + NAMESPACES.incrementAndGet();
    client
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
        .create();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "replicasPerZone: 2",
        "storage: {mode: Shared}",
        "storage: {mode: PerPod, storageClassName: fast, size: 1.5Gi}",
        "traffic: {gateway: {serviceType: LoadBalancer, replicasPerZone: 3}}",
        "server: {image: 'vllm/vllm-openai:v1', command: [vllm], args: [serve, /models/r1],"
            + " port: 8000, http2: false, env: [{name: HF_HUB_OFFLINE, value: '1'}],"
            + " resources: {limits: {cpu: 2000m, memory: 64Gi, nvidia.com/gpu: 1}}}",
        "template: {pod: {labels: {team: ml}, annotations: {a: b}, nodeSelector: {pool: gpu},"
            + " tolerations: [{key: gpu, operator: Exists}], priorityClassName: high,"
            + " securityContext: {runAsUser: 1000}}, service: {annotations: {lb: internal}}}"
      })
  void aSecondPassWritesNothing(String spec) {
    var fleet = create(Fleets.chat(spec));

    var first = apply(fleet);
    var versions = versions();
    var second = apply(fleet);

    assertThat(first.refused()).isEmpty();
    assertThat(first.written()).isEqualTo(FleetObjects.of(fleet, Fleets.SETTINGS).size());
    assertThat(second).isEqualTo(Applied.NOTHING);
    assertThat(versions()).isEqualTo(versions);
  }

  @Test
  void aZoneThatLeavesTakesItsObjectsAlongButNotItsClaim() {
    var three =
        create(Fleets.named("chat", "{name: zone-a}, {name: zone-b}, {name: zone-c, weight: 2}"));
    apply(three);
    var before = versions();

    var applied = apply(edit(three, yaml -> yaml.replace(", {name: zone-c, weight: 2}", "")));

    var gone = new TreeMap<>(before);
    gone.keySet().removeAll(versions().keySet());
    assertThat(gone)
        .containsOnlyKeys(
            "StatefulSet chat-zone-c",
            "Service chat-zone-c",
            "Service chat-zone-c-http",
            "Deployment chat-gateway-zone-c",
            "PodDisruptionBudget chat-inference-zone-c");
    assertThat(applied).isEqualTo(new Applied(0, 5, List.of(), List.of()));
    before.keySet().removeAll(gone.keySet());
    assertThat(versions())
        .as("nothing else was touched")
        .isEqualTo(before)
        .containsKey("PersistentVolumeClaim chat-weights-zone-c");
  }

  @Test
  void objectsOfOthersSurviveThatLookLikeTheFleets() {
    var fleet = create(Fleets.chat());
    apply(fleet);
    var lookalike =
        new ServiceBuilder()
            .withNewMetadata()
            .withName("lookalike")
            .withNamespace(namespace)
            .withLabels(Labels.fleet("chat"))
            .endMetadata()
            .withNewSpec()
            .addNewPort()
            .withPort(80)
            .endPort()
            .endSpec()
            .build();
    client.resource(lookalike).create();

    var applied = apply(fleet);

    assertThat(applied.pruned()).isZero();
    assertThat(client.services().inNamespace(namespace).withName("lookalike").get()).isNotNull();
  }

  @Test
  void fieldsOfOthersStayAndOursAreRestored() {
    var fleet = create(Fleets.chat());
    apply(fleet);
    var gateway =
        client.apps().deployments().inNamespace(namespace).withName("chat-gateway-zone-a");
    gateway.edit(
        deployment ->
            new DeploymentBuilder(deployment)
                .editMetadata()
                .addToAnnotations("someone.example/note", "theirs")
                .endMetadata()
                .editSpec()
                .withReplicas(7)
                .withMinReadySeconds(4)
                .endSpec()
                .build());

    var applied = apply(fleet);

    assertThat(applied).isEqualTo(new Applied(1, 0, List.of(), List.of()));
    assertThat(gateway.get().getSpec().getReplicas()).isEqualTo(1);
    assertThat(gateway.get().getSpec().getMinReadySeconds()).isEqualTo(4);
    assertThat(gateway.get().getMetadata().getAnnotations())
        .containsEntry("someone.example/note", "theirs");
    assertThat(apply(fleet).changed()).isZero();
  }

  @Test
  void labelsThatSomeoneTookOffComeBack() {
    var fleet = create(Fleets.chat());
    apply(fleet);
    var front = client.services().inNamespace(namespace).withName("chat");
    var labels = front.get().getMetadata().getLabels();
    front.edit(
        service ->
            new ServiceBuilder(service).editMetadata().withLabels(Map.of()).endMetadata().build());

    assertThat(apply(fleet)).isEqualTo(new Applied(1, 0, List.of(), List.of()));
    assertThat(front.get().getMetadata().getLabels()).isEqualTo(labels);
  }

  @Test
  void aFieldThatTheSpecNoLongerSetsGoesAway() {
    var fleet = create(Fleets.chat("template: {statefulSet: {labels: {team: ml}}}"));
    apply(fleet);

    apply(edit(fleet, yaml -> yaml.replace("template: {statefulSet: {labels: {team: ml}}}", "")));

    var set = client.apps().statefulSets().inNamespace(namespace).withName("chat-zone-a").get();
    assertThat(set.getMetadata().getLabels()).doesNotContainKey("team");
  }

  @Test
  void aNameThatAnotherFleetHoldsIsRefusedInWords() {
    apply(create(Fleets.named("chat", "{name: a}")));
    var versions = versions();

    // its front Service would be the headless Service of chat's zone a
    var applied = apply(create(Fleets.named("chat-a", "{name: b}")));

    assertThat(applied.refused())
        .containsExactly(
            "Service chat-a belongs to DeepSeekDeployment chat; rename the fleet or its zone");
    assertThat(versions()).as("the first fleet is as it was").containsAllEntriesOf(versions);
  }

  @Test
  void aNameThatAStrangerHoldsIsRefusedInWords() {
    client
        .resource(
            new ServiceBuilder()
                .withNewMetadata()
                .withName("chat")
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .addNewPort()
                .withPort(1234)
                .endPort()
                .endSpec()
                .build())
        .create();

    var applied = apply(create(Fleets.chat()));

    assertThat(applied.refused())
        .containsExactly(
            "Service chat exists and was not made by Zonefleet; rename or delete it, or rename"
                + " the fleet or its zone");
    assertThat(
            client
                .services()
                .inNamespace(namespace)
                .withName("chat")
                .get()
                .getSpec()
                .getPorts()
                .getFirst()
                .getPort())
        .isEqualTo(1234);
  }

  @Test
  void aClaimOfTheSameNameIsNotTakenOver() {
    var claims = FleetObjects.of(create(Fleets.chat()), Fleets.SETTINGS);
    var claim =
        Serialization.clone(
            Fleets.find(claims, PersistentVolumeClaim.class, "chat-weights-zone-a"));
    claim.getMetadata().setLabels(Map.of());
    client.resource(claim).create();

    var applied =
        apply(
            client
                .resources(DeepSeekDeployment.class)
                .inNamespace(namespace)
                .withName("chat")
                .get());

    assertThat(applied.refused())
        .containsExactly(
            "PersistentVolumeClaim chat-weights-zone-a exists and was not made for this fleet; to"
                + " use it, name it in spec.storage.claims");
  }

  @Test
  void theClaimsOfADeletedFleetServeTheNextOneOfItsName() {
    var first = create(Fleets.chat());
    apply(first);
    var claims = claimUids();
    KINDS.stream()
        .filter(kind -> kind != PersistentVolumeClaim.class)
        .forEach(
            kind ->
                client
                    .resources(kind)
                    .inNamespace(namespace)
                    .withLabels(Map.of("app.kubernetes.io/instance", "chat"))
                    .delete());
    client.resource(first).delete();

    var applied = apply(create(Fleets.chat()));

    assertThat(applied.refused()).isEmpty();
    assertThat(claimUids()).isEqualTo(claims).hasSize(2);
  }

  @Test
  void whatTheApiServerRefusesIsToldAndHoldsUpNothingElse() {
    var fleet = create(Fleets.chat("storage: {size: 20Gi}"));
    apply(fleet);

    var applied =
        apply(
            edit(
                fleet,
                yaml -> yaml.replace("size: 20Gi", "size: 10Gi") + "  replicasPerZone: 3\n"));

    assertThat(applied.refused())
        .hasSize(2)
        .first()
        .isEqualTo(
            "PersistentVolumeClaim chat-weights-zone-a: spec: Forbidden: spec is immutable after"
                + " creation except resources.requests and volumeAttributesClassName for bound"
                + " claims; set spec.storage back to what the claim has, or name another claim in"
                + " spec.storage.claims");
    assertThat(
            client
                .apps()
                .statefulSets()
                .inNamespace(namespace)
                .withName("chat-zone-b")
                .get()
                .getSpec()
                .getReplicas())
        .isEqualTo(3);
  }

  @Test
  void claimsOfSinglePodsThatCannotChangeAreToldWithAWayOut() {
    var fleet = create(Fleets.chat("storage: {mode: PerPod, size: 5Gi}"));
    apply(fleet);

    var applied = apply(edit(fleet, yaml -> yaml.replace("5Gi", "9Gi")));

    assertThat(applied.refused())
        .hasSize(2)
        .first()
        .asString()
        .startsWith("StatefulSet chat-zone-a: spec: Forbidden: updates to statefulset spec for")
        .endsWith(
            "; claims of single pods cannot change: set spec.storage back, or delete the"
                + " StatefulSet with --cascade=orphan, so that it is made anew over the pods that"
                + " run");
  }

  @Test
  void resourcesThatCannotBeAreToldAsTheApiServerPutsIt() {
    var fleet = create(Fleets.chat("server: {resources: {requests: {cpu: 2}, limits: {cpu: 1}}}"));

    assertThat(apply(fleet).refused())
        .contains(
            "StatefulSet chat-zone-a: spec.template.spec.containers[0].resources.requests: Invalid"
                + " value: \"2\": must be less than or equal to cpu limit of 1");
  }

  @Test
  void podsChangeInOneZoneAfterTheOther() {
    var fleet = create(Fleets.chat());
    apply(fleet);
    podsRun("chat-zone-a");
    podsRun("chat-zone-b");

    var changed = edit(fleet, yaml -> yaml.replace("revision: r1", "revision: r2"));
    var first = apply(changed);

    assertThat(first.waits()).extracting(wait -> wait.zone()).containsExactly("zone-a");
    assertThat(partition("chat-zone-a")).isEqualTo(Integer.MAX_VALUE);
    assertThat(partition("chat-zone-b")).isZero();
    assertThat(apply(changed).changed()).as("a pass that only waits writes nothing").isZero();

    podsRun("chat-zone-b");
    assertThat(apply(changed)).isEqualTo(new Applied(1, 0, List.of(), List.of()));
    assertThat(partition("chat-zone-a")).isZero();
  }

  /** Reports what the StatefulSet controller would once all pods run as the set says. */
  private void podsRun(String name) {
    client
        .apps()
        .statefulSets()
        .inNamespace(namespace)
        .withName(name)
        .editStatus(
            set ->
                new StatefulSetBuilder(set)
                    .withNewStatus()
                    .withObservedGeneration(set.getMetadata().getGeneration())
                    .withReplicas(1)
                    .withReadyReplicas(1)
                    .withAvailableReplicas(1)
                    .withUpdatedReplicas(1)
                    .endStatus()
                    .build());
  }

  private int partition(String name) {
    return client
        .apps()
        .statefulSets()
        .inNamespace(namespace)
        .withName(name)
        .get()
        .getSpec()
        .getUpdateStrategy()
        .getRollingUpdate()
        .getPartition();
  }

  @Test
  void aFleetThatIsBeingDeletedIsLeftAlone() {
    var fleet = create(Fleets.chat());
    fleet.getMetadata().setDeletionTimestamp("2026-11-24T00:00:00Z");

    assertThat(apply(fleet)).isEqualTo(Applied.NOTHING);
    assertThat(versions().keySet()).noneMatch(key -> key.contains("chat"));
  }

  private Applied apply(DeepSeekDeployment fleet) {
    return applier.apply(fleet, FleetObjects.of(fleet, Fleets.SETTINGS));
  }

  private final Map<String, String> yamls = new TreeMap<>();

  /** Creates the resource as a user would, so that the API server fills in the defaults. */
  private DeepSeekDeployment create(String yaml) {
    var mine = yaml.replaceAll("namespace: default, uid: [a-z-]+", "namespace: " + namespace);
    var created =
        client.resource(Serialization.unmarshal(mine, GenericKubernetesResource.class)).create();
    yamls.put(created.getMetadata().getName(), mine);
    return typed(created);
  }

  private DeepSeekDeployment edit(DeepSeekDeployment fleet, UnaryOperator<String> change) {
    var yaml = change.apply(yamls.get(fleet.getMetadata().getName()));
    return typed(
        client.resource(Serialization.unmarshal(yaml, GenericKubernetesResource.class)).update());
  }

  private static DeepSeekDeployment typed(GenericKubernetesResource resource) {
    return Serialization.unmarshal(Serialization.asJson(resource), DeepSeekDeployment.class);
  }

  private Map<String, String> claimUids() {
    return client.persistentVolumeClaims().inNamespace(namespace).list().getItems().stream()
        .collect(Collectors.toMap(c -> c.getMetadata().getName(), c -> c.getMetadata().getUid()));
  }

  /** Resource versions of all objects in the namespace, by kind and name. */
  private Map<String, String> versions() {
    return KINDS.stream()
        .flatMap(kind -> client.resources(kind).inNamespace(namespace).list().getItems().stream())
        .collect(
            Collectors.toMap(
                object -> object.getKind() + " " + object.getMetadata().getName(),
                object -> object.getMetadata().getResourceVersion(),
                (a, b) -> a,
                TreeMap::new));
  }
}
