package io.zonefleet.operator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The gateways and the Service in front of them. */
class GatewayObjectsTest {

  @Test
  void eachZoneHasItsGateways() {
    var gateways = gateways("zone-b", "traffic: {gateway: {replicasPerZone: 3}}").getSpec();

    assertThat(gateways.getReplicas()).isEqualTo(3);
    assertThat(
            gateways
                .getTemplate()
                .getSpec()
                .getAffinity()
                .getNodeAffinity()
                .getRequiredDuringSchedulingIgnoredDuringExecution()
                .getNodeSelectorTerms()
                .getFirst()
                .getMatchExpressions()
                .getFirst()
                .getValues())
        .containsExactly("zone-b");
  }

  @Test
  void envoyIsToldWhoItIsOnTheCommandLine() {
    var container = container("zone-a");

    assertThat(container.getCommand()).startsWith("/bin/bash", "-c");
    assertThat(container.getCommand().get(2)).endsWith("exec envoy \"$@\"\n");
    assertThat(container.getCommand().get(2))
        .as("which Kubernetes would replace")
        .doesNotContain("$$", "$(");
    assertThat(container.getArgs())
        .containsSubsequence("--config-path", "/etc/zonefleet/envoy.yaml")
        .containsSubsequence("--service-node", "$(POD_NAME)")
        .containsSubsequence("--service-cluster", "default/chat")
        .containsSubsequence("--service-zone", "zone-a");
    assertThat(container.getEnv().getFirst().getValueFrom().getFieldRef().getFieldPath())
        .isEqualTo("metadata.name");
  }

  @Test
  void thePodsLabelMayBeTakenOffWithoutTheDeploymentMinding() {
    var gateways = gateways("zone-a");

    assertThat(gateways.getSpec().getTemplate().getMetadata().getLabels())
        .containsEntry("zonefleet.io/serving", "true");
    assertThat(gateways.getSpec().getSelector().getMatchLabels())
        .doesNotContainKey("zonefleet.io/serving");
    assertThat(gateways.getMetadata().getLabels()).doesNotContainKey("zonefleet.io/serving");
  }

  @Test
  void aNewBootstrapStartsNewGateways() {
    var before = gateways("zone-a").getSpec().getTemplate();
    var changed =
        new FleetSettings(
            "inference", "gateway", "zonefleet-system", Map.of("envoy.yaml", "node: {id: x}\n"));
    var objects = FleetObjects.of(Fleets.parse(Fleets.chat()), changed);
    var after = Fleets.find(objects, Deployment.class, "chat-gateway-zone-a").getSpec();

    assertThat(Fleets.find(objects, ConfigMap.class, "chat-gateway").getData())
        .containsEntry("envoy.yaml", "node: {id: x}\n");
    assertThat(after.getTemplate().getMetadata().getAnnotations())
        .isNotEqualTo(before.getMetadata().getAnnotations());
  }

  @Test
  void theCertificateIsMountedAndMayChangeWithoutNewGateways() {
    var pod = gateways("zone-a").getSpec().getTemplate().getSpec();
    var volume =
        pod.getVolumes().stream().filter(v -> v.getSecret() != null).findFirst().orElseThrow();

    assertThat(volume.getSecret().getSecretName()).isEqualTo("chat-gateway-identity");
    assertThat(volume.getSecret().getDefaultMode()).as("group only: 0440").isEqualTo(0440);
    assertThat(pod.getContainers().getFirst().getVolumeMounts())
        .anySatisfy(
            mount -> {
              assertThat(mount.getName()).isEqualTo(volume.getName());
              assertThat(mount.getMountPath()).isEqualTo("/etc/zonefleet-identity");
              assertThat(mount.getReadOnly()).isTrue();
            });
    assertThat(Fleets.objects(Fleets.chat()))
        .as("made apart, for keys are no function of the resource")
        .noneMatch(object -> object.getKind().equals("Secret"));
  }

  @Test
  void thePlanIsMountedWhereTheFirstStepLooksForIt() {
    var pod = gateways("zone-a").getSpec().getTemplate().getSpec();
    var volume =
        pod.getVolumes().stream()
            .filter(v -> v.getConfigMap() != null)
            .filter(v -> v.getConfigMap().getName().equals("chat-gateway-plan"))
            .findFirst()
            .orElseThrow();

    assertThat(pod.getContainers().getFirst().getVolumeMounts())
        .anySatisfy(
            mount -> {
              assertThat(mount.getName()).isEqualTo(volume.getName());
              assertThat(container("zone-a").getCommand().get(2))
                  .startsWith("plan=" + mount.getMountPath() + " run=/tmp/");
            });
  }

  @Test
  void aGatewayIsReadyOnceItHasItsConfigurationAndLivesWithoutAnOperator() {
    var container = container("zone-a");

    assertThat(container.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/ready");
    assertThat(container.getLivenessProbe().getHttpGet())
        .as("/ready fails while no operator answers, and a restart would not help")
        .isNull();
    assertThat(container.getLivenessProbe().getExec().getCommand())
        .as("only the admin port is open by then")
        .last()
        .asString()
        .endsWith("/127.0.0.1/9901");
  }

  @Test
  void aRolloutNeverLeavesAZoneWithoutItsGateway() {
    var update = gateways("zone-a").getSpec().getStrategy().getRollingUpdate();

    assertThat(update.getMaxUnavailable().getIntVal()).isZero();
    assertThat(update.getMaxSurge().getIntVal()).isEqualTo(1);
  }

  @Test
  void aLeavingGatewayWaitsForItsRequests() {
    var gateways = gateways("zone-a", "server: {drainSeconds: 60}").getSpec().getTemplate();

    assertThat(gateways.getSpec().getTerminationGracePeriodSeconds()).isEqualTo(70);
    assertThat(
            gateways
                .getSpec()
                .getContainers()
                .getFirst()
                .getLifecycle()
                .getPreStop()
                .getExec()
                .getCommand()
                .getLast())
        .contains("/healthcheck/fail")
        .contains("SECONDS < 60");
  }

  @Test
  void gatewaysMeetTheRestrictedStandardAndAskForLittle() {
    var pod = gateways("zone-a").getSpec().getTemplate().getSpec();
    var container = pod.getContainers().getFirst();

    assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    assertThat(pod.getAutomountServiceAccountToken()).isFalse();
    assertThat(container.getSecurityContext().getReadOnlyRootFilesystem()).isTrue();
    assertThat(container.getSecurityContext().getCapabilities().getDrop()).containsExactly("ALL");
    assertThat(container.getResources().getRequests().get("cpu")).hasToString("100m");
  }

  @Test
  void clientsReachServingGatewaysOfTheirOwnZoneFirst() {
    var front = front();

    assertThat(front.getSpec().getType()).isEqualTo("ClusterIP");
    assertThat(front.getSpec().getTrafficDistribution()).isEqualTo("PreferSameZone");
    assertThat(front.getSpec().getPorts().getFirst().getPort()).isEqualTo(80);
    assertThat(front.getSpec().getSelector())
        .containsEntry("app.kubernetes.io/instance", "chat")
        .containsEntry("app.kubernetes.io/component", "gateway")
        .containsEntry("zonefleet.io/serving", "true")
        .doesNotContainKey("zonefleet.io/zone");
  }

  @Test
  void theFrontServiceCanHaveAnAddressOutside() {
    var front =
        front(
            "traffic: {gateway: {serviceType: LoadBalancer}}",
            "template: {service: {annotations: {cloud.example/internal: 'true'}}}");

    assertThat(front.getSpec().getType()).isEqualTo("LoadBalancer");
    assertThat(front.getMetadata().getAnnotations())
        .containsEntry("cloud.example/internal", "true");
  }

  @Test
  void theUsersImageAndResourcesReplaceOurs() {
    var container =
        container(
            "zone-a", "traffic: {gateway: {image: 'envoy:x', resources: {requests: {cpu: 2}}}}");

    assertThat(container.getImage()).isEqualTo("envoy:x");
    assertThat(container.getResources().getRequests().get("cpu")).hasToString("2");
    assertThat(container.getResources().getRequests().get("memory")).hasToString("64Mi");
    assertThat(container.getResources().getLimits()).isEmpty();
  }

  private static Service front(String... spec) {
    return Fleets.find(Fleets.objects(Fleets.chat(spec)), Service.class, "chat");
  }

  private static Container container(String zone, String... spec) {
    return gateways(zone, spec).getSpec().getTemplate().getSpec().getContainers().getFirst();
  }

  private static Deployment gateways(String zone, String... spec) {
    return Fleets.find(Fleets.objects(Fleets.chat(spec)), Deployment.class, "chat-gateway-" + zone);
  }
}
