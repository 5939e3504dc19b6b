package io.zonefleet.operator.status;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.zonefleet.operator.fleet.Labels;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Why a pod does not run, from what kubelet and scheduler wrote into its status. */
final class PodFindings {
  private static final Set<String> PULL =
      Set.of(
          "ErrImagePull",
          "ImagePullBackOff",
          "InvalidImageName",
          "ErrImageNeverPull",
          "RegistryUnavailable",
          "ImageInspectError");
  private static final Set<String> CREATE =
      Set.of(
          "CreateContainerConfigError",
          "CreateContainerError",
          "RunContainerError",
          "CreatePodSandboxError");

  /** A scheduler that has just been asked says "unschedulable" of what it places a second later. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private PodFindings() {}

  static Stream<Finding> of(Pod pod, Instant now) {
    if (pod.getStatus() == null || pod.getMetadata().getDeletionTimestamp() != null) {
      return Stream.empty();
    }
    var containers =
        Stream.of(
                pod.getStatus().getInitContainerStatuses(), pod.getStatus().getContainerStatuses())
            .flatMap(list -> list.stream())
            .flatMap(c -> ofContainer(pod, c).stream());
    return Stream.concat(unschedulable(pod, now).stream(), containers);
  }

  private static Optional<Finding> unschedulable(Pod pod, Instant now) {
    return pod.getStatus().getConditions().stream()
        .filter(c -> "PodScheduled".equals(c.getType()) && "False".equals(c.getStatus()))
        .filter(c -> olderThan(c.getLastTransitionTime(), now))
        .findFirst()
        .map(
            c ->
                finding(
                    Finding.Reason.Unschedulable,
                    pod,
                    "pod %s cannot be scheduled: %s".formatted(name(pod), c.getMessage())));
  }

  private static Optional<Finding> ofContainer(Pod pod, ContainerStatus container) {
    var waiting = Optional.ofNullable(container.getState()).map(ContainerState::getWaiting);
    var why = waiting.map(w -> Optional.ofNullable(w.getReason()).orElse("")).orElse("");
    var words =
        waiting.map(w -> Optional.ofNullable(w.getMessage()).orElse(w.getReason())).orElse("");
    if (PULL.contains(why)) {
      return Optional.of(
          finding(
              Finding.Reason.ImageNotPulled,
              pod,
              "image %s of pod %s cannot be pulled (%s: %s); correct %s or load the image"
                  .formatted(container.getImage(), name(pod), why, words, imageField(pod))));
    }
    if (CREATE.contains(why)) {
      return Optional.of(
          finding(
              Finding.Reason.ContainerNotCreated,
              pod,
              "container %s of pod %s cannot be created (%s: %s)"
                  .formatted(container.getName(), name(pod), why, words)));
    }
    return ended(container, why).map(end -> ended(pod, container, end));
  }

  /** How the container ended, if it has not come up again since. */
  private static Optional<ContainerStateTerminated> ended(ContainerStatus container, String why) {
    var now = Optional.ofNullable(container.getState()).map(ContainerState::getTerminated);
    var last = Optional.ofNullable(container.getLastState()).map(ContainerState::getTerminated);
    boolean backOff = "CrashLoopBackOff".equals(why);
    boolean again = !Boolean.TRUE.equals(container.getReady()) && container.getRestartCount() > 0;
    return now.or(() -> backOff || again ? last : Optional.empty())
        .filter(end -> end.getExitCode() != null && end.getExitCode() != 0);
  }

  private static Finding ended(Pod pod, ContainerStatus container, ContainerStateTerminated end) {
    if ("OOMKilled".equals(end.getReason())) {
      return finding(
          Finding.Reason.OutOfMemory,
          pod,
          "pod %s was killed for memory; raise %s"
              .formatted(name(pod), isGateway(pod) ? GATEWAY_MEMORY : INFERENCE_MEMORY));
    }
    var message = Optional.ofNullable(end.getMessage()).map(String::strip).orElse("");
    if (isGateway(pod)) {
      return finding(
          Finding.Reason.GatewayFailed,
          pod,
          "gateway %s ended with %d%s"
              .formatted(name(pod), end.getExitCode(), message.isEmpty() ? "" : ": " + message));
    }
    if (message.isEmpty()) {
      return finding(
          Finding.Reason.PodFailed,
          pod,
          "container %s of pod %s ended with %d and said nothing; see kubectl logs %s -n %s --previous"
              .formatted(
                  container.getName(),
                  name(pod),
                  end.getExitCode(),
                  name(pod),
                  pod.getMetadata().getNamespace()));
    }
    return finding(modelReason(message), pod, "pod %s: %s".formatted(name(pod), message));
  }

  private static final String GATEWAY_MEMORY = "spec.traffic.gateway.resources.limits.memory";
  private static final String INFERENCE_MEMORY = "spec.server.resources.limits.memory";

  /** The inference pod's own sentences, told apart by what they are about. */
  private static Finding.Reason modelReason(String message) {
    if (message.contains("digest")) {
      return Finding.Reason.DigestMismatch;
    }
    return message.contains("not on the volume") || message.contains("has no file")
        ? Finding.Reason.ModelMissing
        : Finding.Reason.ModelNotLoaded;
  }

  private static boolean olderThan(String time, Instant now) {
    return time == null || Duration.between(Instant.parse(time), now).compareTo(PATIENCE) >= 0;
  }

  private static Finding finding(Finding.Reason reason, Pod pod, String message) {
    var zone = Optional.ofNullable(pod.getMetadata().getLabels()).map(l -> l.get(Labels.ZONE));
    return new Finding(reason, zone, message);
  }

  private static String imageField(Pod pod) {
    return isGateway(pod) ? "spec.traffic.gateway.image" : "spec.server.image";
  }

  private static boolean isGateway(Pod pod) {
    var labels = pod.getMetadata().getLabels();
    return labels != null && Labels.GATEWAY.equals(labels.get(Labels.COMPONENT));
  }

  private static String name(Pod pod) {
    return pod.getMetadata().getName();
  }
}
