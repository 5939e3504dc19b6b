package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.ResourceRequirementsBuilder;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import java.util.List;
import java.util.Map;

/** The Envoy that clients talk to. */
final class GatewayPod {
  /** Digest of the bootstrap, so that gateways start anew when it changes. */
  static final String BOOTSTRAP_DIGEST = "zonefleet.io/bootstrap-sha256";

  private static final String CONFIG_VOLUME = "bootstrap";
  private static final String IDENTITY_VOLUME = "identity";

  private static final String PLAN_VOLUME = "plan";

  /** For the pod's group, which every container of it has; octal 0440. */
  private static final int GROUP_READS = 288;

  private static final Map<String, String> REQUESTS = Map.of("cpu", "100m", "memory", "64Mi");

  private GatewayPod() {}

  static PodTemplateSpec template(DeepSeekDeployment fleet, String zone, FleetSettings settings) {
    var name = fleet.getMetadata().getName();
    var template =
        new PodTemplateSpecBuilder()
            .withNewMetadata()
            // on the pods only: the operator takes the label off the pods of a dark zone, and
            // neither the Deployment nor its ReplicaSet minds, for neither selects by it
            .withLabels(
                Labels.with(Labels.zone(name, Labels.GATEWAY, zone), Labels.SERVING, Labels.TRUE))
            .addToAnnotations(BOOTSTRAP_DIGEST, Digest.of(settings.gatewayFiles()))
            .endMetadata()
            .withNewSpec()
            .withServiceAccountName(Names.gateway(name))
            .withAutomountServiceAccountToken(false)
            .withEnableServiceLinks(false)
            .withTerminationGracePeriodSeconds(
                fleet.getSpec().server().drainSeconds() + InferencePod.GRACE_MARGIN_SECONDS)
            .withAffinity(Placement.inZone(zone))
            .withTopologySpreadConstraints(
                Placement.overNodes(Labels.zoneSelector(name, Labels.GATEWAY, zone)))
            .withSecurityContext(Confinement.pod())
            .withContainers(container(fleet, zone, settings))
            .addNewVolume()
            .withName(CONFIG_VOLUME)
            .withNewConfigMap()
            .withName(Names.gateway(name))
            .endConfigMap()
            .endVolume()
            .addNewVolume()
            .withName(IDENTITY_VOLUME)
            .withNewSecret()
            .withSecretName(Names.gatewayIdentity(name))
            .withDefaultMode(GROUP_READS)
            .endSecret()
            .endVolume()
            .addNewVolume()
            .withName(PLAN_VOLUME)
            .withNewConfigMap()
            .withName(Names.gatewayPlan(name))
            .endConfigMap()
            .endVolume()
            .addToVolumes(Confinement.tmp())
            .endSpec()
            .build();
    var overrides = fleet.getSpec().template();
    return PodOverrides.apply(template, overrides == null ? null : overrides.gatewayPod());
  }

  private static Container container(
      DeepSeekDeployment fleet, String zone, FleetSettings settings) {
    var gateway = fleet.getSpec().traffic().gateway();
    return new ContainerBuilder()
        .withName(Names.GATEWAY_CONTAINER)
        .withImage(gateway.image() == null ? settings.gatewayImage() : gateway.image())
        .withCommand(
            "/bin/bash",
            "-c",
            GatewayStart.script(Names.GATEWAY_PLAN, Names.GATEWAY_RUN, Names.GATEWAY_ADMIN_PORT),
            "gateway")
        .withArgs(arguments(fleet, zone))
        .withEnv(InferenceEnvironment.podName("POD_NAME"))
        .addNewPort()
        .withName(Names.HTTP_PORT)
        .withContainerPort(Names.GATEWAY_PORT)
        .withProtocol("TCP")
        .endPort()
        .addNewPort()
        .withName(Names.MONITOR_PORT)
        .withContainerPort(Names.GATEWAY_MONITOR_PORT)
        .withProtocol("TCP")
        .endPort()
        .withResources(resources(gateway.resources()))
        .withNewReadinessProbe()
        .withNewHttpGet()
        .withPath("/ready")
        .withPort(new IntOrString(Names.MONITOR_PORT))
        .endHttpGet()
        .withPeriodSeconds(1)
        .withTimeoutSeconds(2)
        .withFailureThreshold(3)
        .endReadinessProbe()
        // not the monitor port: without an operator a new gateway waits with that port closed, and
        // restarts would only teach the kubelet to back off
        .withNewLivenessProbe()
        .withNewExec()
        .withCommand("/bin/bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/" + Names.GATEWAY_ADMIN_PORT)
        .endExec()
        .withPeriodSeconds(10)
        .withTimeoutSeconds(5)
        .withFailureThreshold(3)
        .endLivenessProbe()
        .withNewLifecycle()
        .withNewPreStop()
        .withNewExec()
        .withCommand(
            "/bin/bash",
            "-c",
            GatewayDrain.script(fleet.getSpec().server().drainSeconds(), Names.GATEWAY_ADMIN_PORT))
        .endExec()
        .endPreStop()
        .endLifecycle()
        .withTerminationMessagePolicy("FallbackToLogsOnError")
        .withSecurityContext(Confinement.container())
        .addNewVolumeMount()
        .withName(CONFIG_VOLUME)
        .withMountPath(Names.GATEWAY_FILES)
        .withReadOnly(true)
        .endVolumeMount()
        .addNewVolumeMount()
        .withName(IDENTITY_VOLUME)
        .withMountPath(Names.GATEWAY_IDENTITY)
        .withReadOnly(true)
        .endVolumeMount()
        .addNewVolumeMount()
        .withName(PLAN_VOLUME)
        .withMountPath(Names.GATEWAY_PLAN)
        .withReadOnly(true)
        .endVolumeMount()
        .addToVolumeMounts(Confinement.tmpMount())
        .build();
  }

  private static List<String> arguments(DeepSeekDeployment fleet, String zone) {
    var meta = fleet.getMetadata();
    return List.of(
        "--config-path",
        Names.GATEWAY_FILES + "/" + Names.BOOTSTRAP_KEY,
        "--service-node",
        "$(POD_NAME)",
        "--service-cluster",
        meta.getNamespace() + "/" + meta.getName(),
        "--service-zone",
        zone,
        // by default one per core of the node, and each keeps connections of its own
        "--concurrency",
        "2",
        // it wants shared memory that a read-only root does not give
        "--disable-hot-restart",
        "--log-level",
        "warning");
  }

  private static ResourceRequirements resources(ResourceRequirements users) {
    var completed = Requests.completed(users, REQUESTS);
    return users != null
        ? completed
        : new ResourceRequirementsBuilder(completed)
            .addToLimits("memory", new Quantity("512Mi"))
            .build();
  }
}
