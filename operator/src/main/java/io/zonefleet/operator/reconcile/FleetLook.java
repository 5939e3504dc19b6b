package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
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
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

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
        isReady(pod),
        pod.getMetadata().getDeletionTimestamp() != null);
  }

  /** The pod's address while it may answer there. */
  static Optional<String> address(Pod pod) {
    return Optional.ofNullable(pod.getStatus())
        .filter(s -> !hasEnded(pod))
        .map(s -> s.getPodIP())
        .filter(ip -> !ip.isEmpty());
  }

  static boolean isReady(Pod pod) {
    return pod.getStatus() != null
        && pod.getStatus().getConditions().stream()
            .anyMatch(c -> "Ready".equals(c.getType()) && "True".equals(c.getStatus()));
  }

  private static boolean hasEnded(Pod pod) {
    var phase = pod.getStatus() == null ? "" : pod.getStatus().getPhase();
    return "Succeeded".equals(phase) || "Failed".equals(phase);
  }
}
