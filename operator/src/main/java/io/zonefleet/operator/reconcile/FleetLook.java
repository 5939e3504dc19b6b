package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.cluster.ClusterView;
import io.zonefleet.operator.cluster.GatewayReports;
import io.zonefleet.operator.fleet.FrontDoor;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.status.NodeFindings;
import io.zonefleet.operator.status.Surroundings;
import io.zonefleet.operator.traffic.FleetKey;
import io.zonefleet.operator.zones.Observation;
import io.zonefleet.operator.zones.PodReport;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Takes one look at a fleet: what the API server holds and what its gateways see, together. */
final class FleetLook {
  private final ClusterView view;
  private final GatewayReports reports;
  private final InstantSource clock;

  FleetLook(ClusterView view, GatewayReports reports, InstantSource clock) {
    this.view = view;
    this.reports = reports;
    this.clock = clock;
  }

  Surroundings at(DeepSeekDeployment fleet) {
    var key = ClusterView.key(fleet);
    var inference = view.pods(key, Labels.INFERENCE);
    var gateways = gateways(key);
    var nodes = view.nodes();
    var seen = reports.read(gateways);
    boolean direct =
        view.front(key).flatMap(FrontDoor::selected).filter(Labels.INFERENCE::equals).isPresent();
    return new Surroundings(
        inference,
        gateways,
        view.claims(key.namespace()),
        nodes,
        new Observation(
            // milliseconds, so that what is written reads back as the same
            clock.instant().truncatedTo(ChronoUnit.MILLIS),
            seen,
            inference.stream().map(FleetLook::report).toList(),
            NodeFindings.reports(nodes),
            direct));
  }

  /** Those that are to stay: one that is being deleted drains, and does not testify. */
  private List<Pod> gateways(FleetKey key) {
    return view.pods(key, Labels.GATEWAY).stream()
        .filter(p -> p.getMetadata().getDeletionTimestamp() == null && !hasEnded(p))
        .toList();
  }

  static PodReport report(Pod pod) {
    return new PodReport(
        pod.getMetadata().getName(),
        ClusterView.label(pod, Labels.ZONE),
        address(pod).orElse(""),
        Readiness.isPodReady(pod),
        pod.getMetadata().getDeletionTimestamp() != null,
        startsUp(pod),
        runsSince(pod));
  }

  private static Optional<Instant> runsSince(Pod pod) {
    return Optional.ofNullable(pod.getStatus()).stream()
        .flatMap(s -> s.getContainerStatuses().stream())
        .map(ContainerStatus::getState)
        .filter(state -> state != null && state.getRunning() != null)
        .flatMap(state -> Stream.ofNullable(state.getRunning().getStartedAt()))
        .map(Instant::parse)
        .max(Comparator.naturalOrder());
  }

  /**
   * Whether a pod has never been ready, and none of its containers has ended. The kubelet dates the
   * condition Ready from when it first saw the pod, as it does Initialized, and anew at each
   * change.
   */
  private static boolean startsUp(Pod pod) {
    var status = pod.getStatus();
    if (status == null || hasEnded(pod)) {
      return status == null;
    }
    if (haveEnded(status.getInitContainerStatuses()) || haveEnded(status.getContainerStatuses())) {
      return false;
    }
    var ready = condition(pod, "Ready");
    return ready.isEmpty()
        || ("False".equals(ready.get().getStatus()) && isFromTheStart(pod, ready.get()));
  }

  private static boolean isFromTheStart(Pod pod, PodCondition ready) {
    var since = since(ready);
    var initialized = condition(pod, "Initialized").flatMap(FleetLook::since);
    return since.isPresent() && initialized.isPresent() && !since.get().isAfter(initialized.get());
  }

  private static boolean haveEnded(List<ContainerStatus> containers) {
    return containers.stream().anyMatch(c -> c.getRestartCount() > 0 || hasEnded(c.getState()));
  }

  private static boolean hasEnded(ContainerState state) {
    return state != null && state.getTerminated() != null;
  }

  private static Optional<PodCondition> condition(Pod pod, String type) {
    return pod.getStatus().getConditions().stream()
        .filter(c -> type.equals(c.getType()))
        .findFirst();
  }

  private static Optional<Instant> since(PodCondition condition) {
    return Optional.ofNullable(condition.getLastTransitionTime()).map(Instant::parse);
  }

  /** The pod's address while it may answer there. */
  static Optional<String> address(Pod pod) {
    return Optional.ofNullable(pod.getStatus())
        .filter(s -> !hasEnded(pod))
        .map(s -> s.getPodIP())
        .filter(ip -> !ip.isEmpty());
  }

  private static boolean hasEnded(Pod pod) {
    var phase = pod.getStatus() == null ? "" : pod.getStatus().getPhase();
    return "Succeeded".equals(phase) || "Failed".equals(phase);
  }
}
