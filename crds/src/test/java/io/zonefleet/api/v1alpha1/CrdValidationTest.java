package io.zonefleet.api.v1alpha1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.fabric8.kubeapitest.junit.EnableKubeAPIServer;
import io.fabric8.kubeapitest.junit.KubeConfig;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A real API server refuses what is ill-formed, and says which field and what is allowed. */
@ExtendWith(ApiServerIsBuilt.class)
@EnableKubeAPIServer(updateKubeConfigFile = false)
class CrdValidationTest {

  private static final String VALID =
      """
      apiVersion: zonefleet.io/v1alpha1
      kind: DeepSeekDeployment
      metadata: {name: %s}
      spec:
        model: {name: tiny, revision: r1}
        zones: [{name: zone-a}, {name: zone-b}]
      """;

  @KubeConfig static String kubeConfig;

  private static KubernetesClient client;

  @BeforeAll
  static void installCrd() throws IOException {
    client = new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(kubeConfig)).build();
    var crd =
        client
            .apiextensions()
            .v1()
            .customResourceDefinitions()
            .load(Files.newInputStream(CommittedCrdTest.COMMITTED))
            .serverSideApply();
    client
        .apiextensions()
        .v1()
        .customResourceDefinitions()
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

  @Test
  void theSmallestResourceGetsAllDefaults() {
    var spec = create(VALID.formatted("smallest")).getSpec();

    assertThat(spec.replicasPerZone()).isEqualTo(1);
    assertThat(spec.zones()).extracting(Zone::weight).containsExactly(1, 1);
    assertThat(spec.traffic().policy()).isEqualTo(TrafficPolicy.ActiveStandby);
    assertThat(spec.traffic().healthCheck()).isEqualTo(new HealthCheck("/readyz", 250, 250, 2, 3));
    assertThat(spec.traffic().failback())
        .isEqualTo(new Failback(FailbackMode.Automatic, 30, 30, 300));
    assertThat(spec.traffic().evacuationIntervalSeconds()).isEqualTo(60);
    assertThat(spec.traffic().gateway().replicasPerZone()).isEqualTo(1);
    assertThat(spec.traffic().locality()).isEqualTo(Locality.None);
    assertThat(spec.storage().mode()).isEqualTo(StorageMode.PerZone);
    assertThat(spec.server().provider()).isEqualTo(Provider.Auto);
    assertThat(spec.server().http2()).isTrue();
    assertThat(spec.auth()).as("keys are asked for only where somebody wants that").isNull();
  }

  @ParameterizedTest(name = "{0}: {1} -> {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          no zones               | [{name: zone-a}, {name: zone-b}] | []           | spec.zones in body should have at least 1 items
          duplicate zone         | {name: zone-b}        | {name: zone-a}          | spec.zones[1]: Duplicate value: {"name":"zone-a"}
          upper-case zone        | {name: zone-b}        | {name: Zone}            | spec.zones[1].name in body should match
          negative replicas      | {name: zone-b}        | {name: zone-b, replicas: -1} | spec.zones[1].replicas in body should be greater than or equal to 0
          no revision            | , revision: r1        | ''                      | spec.model.revision: Required value
          revision leaves folder | revision: r1          | revision: ../etc        | spec.model.revision in body should match
          short digest           | revision: r1          | revision: r1, digest: 'sha256:1' | spec.model.digest in body should match
          """)
  void illFormedSpecIsRefused(String what, String part, String replacement, String message) {
    assertRefused(VALID.formatted("refused").replace(part, replacement), message);
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                 | spec.auth.apiKeysSecret: Required value
          {apiKeysSecret: ''}                | spec.auth.apiKeysSecret in body should be at least 1 chars long
          {apiKeysSecret: Chat_Keys}         | spec.auth.apiKeysSecret in body should match
          {apiKeysSecret: ../keys}           | spec.auth.apiKeysSecret in body should match
          {apiKeysSecret: 7}                 | must be of type string
          """)
  void keysNeedTheNameOfASecret(String auth, String message) {
    assertRefused(VALID.formatted("refused") + "  auth: " + auth + "\n", message);
  }

  @Test
  void theSecretOfKeysIsKept() {
    var spec = create(VALID.formatted("keys") + "  auth: {apiKeysSecret: chat.keys-1}\n").getSpec();

    assertThat(spec.auth()).isEqualTo(new Auth("chat.keys-1"));
  }

  @Test
  void namesThatDoNotFitPodsAndServicesAreRefused() {
    assertRefused(
        VALID.formatted("n".repeat(64)),
        "metadata.name: at most 51 characters together with the longest zone's name");
    assertRefused(VALID.formatted("a.b"), "metadata.name: allowed are lower-case letters");
  }

  @Test
  void unknownTrafficPolicyIsRefusedWithTheAllowedOnes() {
    assertRefused(
        VALID.formatted("refused") + "  traffic: {policy: Sometimes}\n",
        "spec.traffic.policy: Unsupported value: \"Sometimes\": supported values:"
            + " \"ActiveActive\", \"ActiveStandby\"");
  }

  @Test
  void weightsThatSumToZeroAreRefusedForActiveActive() {
    assertRefused(
        VALID
                .formatted("refused")
                .replace("{name: zone-a}, {name: zone-b}", "{name: zone-a, weight: 0}")
            + "  traffic: {policy: ActiveActive}\n",
        "spec.zones: the weights sum to zero; ActiveActive needs a zone with weight 1 or more");
  }

  @Test
  void localityIsForActiveActive() {
    assertRefused(
        VALID.formatted("refused") + "  traffic: {locality: PreferSameZone}\n",
        "spec.traffic.locality: PreferSameZone needs policy ActiveActive; in ActiveStandby one zone"
            + " serves alone");
    var traffic =
        create(
                VALID.formatted("near")
                    + "  traffic: {policy: ActiveActive, locality: PreferSameZone}\n")
            .getSpec()
            .traffic();
    assertThat(traffic.locality()).isEqualTo(Locality.PreferSameZone);
  }

  @Test
  void drainOfAZoneOutsideTheFleetIsRefused() {
    assertRefused(
        VALID.formatted("refused") + "  traffic: {drains: [{zone: zone-z}]}\n",
        "spec.traffic.drains: each zone must be one of spec.zones");
  }

  @Test
  void twoClaimsForOneSharedVolumeAreRefused() {
    assertRefused(
        VALID.formatted("refused") + "  storage: {mode: Shared, claims: {shared: a, zone-a: b}}\n",
        "spec.storage.claims: mode Shared takes one claim at most");
  }

  /** Sends the text as it is, so that the API server judges it and not our own types. */
  private static DeepSeekDeployment create(String yaml) {
    var resource = Serialization.unmarshal(yaml, GenericKubernetesResource.class);
    var created =
        client
            .genericKubernetesResources("zonefleet.io/v1alpha1", "DeepSeekDeployment")
            .inNamespace("default")
            .resource(resource)
            .create();
    return Serialization.unmarshal(Serialization.asJson(created), DeepSeekDeployment.class);
  }

  private static void assertRefused(String yaml, String message) {
    var refusal = catchThrowableOfType(KubernetesClientException.class, () -> create(yaml));
    assertThat(refusal).as("accepted: %s", yaml).isNotNull();
    assertThat(refusal.getMessage()).contains(message);
  }
}
