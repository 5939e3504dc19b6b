package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import java.util.Map;

/**
 * The pod that serves the model. Only what the pod itself needs goes in: each difference restarts
 * every pod of the zone.
 */
final class InferencePod {
  static final String TERMINATION_LOG = "/dev/termination-log";

  /** What a pod gets beyond {@code drainSeconds} before it is killed, in seconds. */
  static final long GRACE_MARGIN_SECONDS = 10;

  /** Weights of hundreds of gigabytes take minutes to load; half an hour passes for a hang. */
  private static final int STARTUP_SECONDS = 1800;

  private static final Map<String, String> REQUESTS = Map.of("cpu", "250m", "memory", "512Mi");

  private InferencePod() {}

  static PodTemplateSpec template(DeepSeekDeployment fleet, String zone, FleetSettings settings) {
    var name = fleet.getMetadata().getName();
    var template =
        new PodTemplateSpecBuilder()
            .withNewMetadata()
            .withLabels(Labels.zone(name, Labels.INFERENCE, zone))
            .endMetadata()
            .withNewSpec()
            .withServiceAccountName(Names.inference(name))
            .withAutomountServiceAccountToken(false)
            // a fleet named zonefleet would else set ZONEFLEET_PORT and the like
            .withEnableServiceLinks(false)
            .withTerminationGracePeriodSeconds(
                fleet.getSpec().server().drainSeconds() + GRACE_MARGIN_SECONDS)
            .withAffinity(Placement.inZone(zone))
            .withTopologySpreadConstraints(
                Placement.overNodes(Labels.zoneSelector(name, Labels.INFERENCE, zone)))
            .withSecurityContext(Confinement.pod())
            .withContainers(container(fleet, zone, settings))
            .addAllToVolumes(Weights.volumes(fleet, zone))
            .addToVolumes(Confinement.tmp())
            .addAllToVolumes(Keys.volumes(fleet))
            .endSpec()
            .build();
    var overrides = fleet.getSpec().template();
    return PodOverrides.apply(template, overrides == null ? null : overrides.pod());
  }

  private static Container container(
      DeepSeekDeployment fleet, String zone, FleetSettings settings) {
    var server = fleet.getSpec().server();
    var container =
        new ContainerBuilder()
            .withName(Names.INFERENCE_CONTAINER)
            .withImage(server.image() == null ? settings.inferenceImage() : server.image())
            .withImagePullPolicy(server.imagePullPolicy())
            .withCommand(server.command())
            .withArgs(server.args())
            .withEnv(InferenceEnvironment.of(fleet, zone))
            .addNewPort()
            .withName(Names.HTTP_PORT)
            .withContainerPort(server.port())
            .withProtocol("TCP")
            .endPort()
            .withResources(Requests.completed(server.resources(), REQUESTS))
            .withStartupProbe(probe(server.livenessPath(), 1, 2, STARTUP_SECONDS))
            .withReadinessProbe(probe(fleet.getSpec().traffic().healthCheck().path(), 2, 2, 3))
            // a pod that is merely busy must not be killed: a minute of silence
            .withLivenessProbe(probe(server.livenessPath(), 10, 5, 6))
            .withTerminationMessagePath(TERMINATION_LOG)
            // other servers write no termination log: their last lines say why they ended
            .withTerminationMessagePolicy("FallbackToLogsOnError")
            .withSecurityContext(Confinement.container())
            .withVolumeMounts(Weights.mount(fleet), Confinement.tmpMount())
            .addAllToVolumeMounts(Keys.mounts(fleet));
    if (server.image() != null) {
      // other servers close their port at SIGTERM; gateways must have turned away by then
      container.withNewLifecycle().withNewPreStop().withNewSleep(3L).endPreStop().endLifecycle();
    }
    return container.build();
  }

  private static Probe probe(String path, int period, int timeout, int failures) {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath(path)
        .withPort(new IntOrString(Names.HTTP_PORT))
        .endHttpGet()
        .withPeriodSeconds(period)
        .withTimeoutSeconds(timeout)
        .withFailureThreshold(failures)
        .build();
  }
}
