package io.zonefleet.operator.status;

import io.fabric8.kubernetes.api.model.Pod;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.fleet.FrontDoor;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.rollout.FrontTurn;
import io.zonefleet.operator.zones.FleetPolicy;
import io.zonefleet.operator.zones.GatewayReport;
import io.zonefleet.operator.zones.ZoneMachine;
import io.zonefleet.operator.zones.ZoneSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All that stands between a fleet and its resource, gravest first. */
public final class Findings {
  /** From start to first configuration a gateway needs a second or two. */
  private static final Duration GATEWAY_PATIENCE = Duration.ofSeconds(10);

  /**
   * Each of these explains why a pod of the zone cannot be scheduled, better than the scheduler.
   */
  private static final Set<Finding.Reason> EXPLAIN_SCHEDULING =
      EnumSet.of(
          Finding.Reason.UnknownZone,
          Finding.Reason.ClaimMissing,
          Finding.Reason.ClaimLost,
          Finding.Reason.ClaimNotBound,
          Finding.Reason.ZoneNodesNotReady);

  private Findings() {}

  public static List<Finding> of(
      DeepSeekDeployment fleet, FleetPolicy policy, Surroundings around) {
    var found =
        Stream.of(
                NodeFindings.of(policy, around.seen().nodes()),
                ClaimFindings.of(fleet, around),
                Stream.concat(around.inference().stream(), around.gateways().stream())
                    .flatMap(pod -> PodFindings.of(pod, around.now())),
                unconfigured(around),
                pods(policy, around),
                FrontDoor.hasGateways(fleet) ? gateways(policy, around) : Stream.<Finding>empty())
            .flatMap(s -> s)
            .distinct()
            .sorted(Finding.BY_GRAVITY)
            .toList();
    return found.stream().filter(f -> !isExplained(f, found)).toList();
  }

  /** A wait that has a fault behind it, or a consequence whose cause is known, is left out. */
  private static boolean isExplained(Finding finding, Collection<Finding> all) {
    return switch (finding.reason()) {
      case Unschedulable ->
          all.stream()
              .anyMatch(f -> EXPLAIN_SCHEDULING.contains(f.reason()) && concerns(f, finding));
      case PodsStarting, GatewaysStarting ->
          all.stream().anyMatch(f -> f.reason().isFault() && concerns(f, finding));
      default -> false;
    };
  }

  private static boolean concerns(Finding cause, Finding finding) {
    return cause.zone().isEmpty() || Objects.equals(cause.zone(), finding.zone());
  }

  private static Stream<Finding> unconfigured(Surroundings around) {
    boolean anyPod = around.seen().pods().stream().anyMatch(p -> !p.address().isEmpty());
    var empty =
        around.seen().gateways().stream()
            .filter(g -> anyPod && g.reachable() && g.endpoints().isEmpty())
            .collect(Collectors.toMap(GatewayReport::name, GatewayReport::zone));
    return around.gateways().stream()
        .filter(g -> empty.containsKey(g.getMetadata().getName()))
        .filter(g -> startedBefore(g.getStatus().getStartTime(), around.now()))
        .map(
            g ->
                Finding.ofZone(
                    Finding.Reason.GatewayUnconfigured,
                    empty.get(g.getMetadata().getName()),
                    "gateway %s has no configuration; it gets it from the operator's Service zonefleet-xds: look at the gateway's log"
                        .formatted(g.getMetadata().getName())));
  }

  private static boolean startedBefore(String time, Instant now) {
    return time == null
        || Duration.between(Instant.parse(time), now).compareTo(GATEWAY_PATIENCE) >= 0;
  }

  private static Stream<Finding> pods(FleetPolicy policy, Surroundings around) {
    return policy.zones().stream()
        .filter(z -> ZoneMachine.admitted(z.name(), around.seen()) < z.replicas())
        .map(z -> starting(z, around));
  }

  /** Clients of a zone have a way in of their own once one of its gateways is in the Service. */
  private static Stream<Finding> gateways(FleetPolicy policy, Surroundings around) {
    var answering =
        around.seen().gateways().stream()
            .filter(GatewayReport::reachable)
            .map(GatewayReport::name)
            .collect(Collectors.toSet());
    return policy.zones().stream()
        .flatMap(
            zone -> {
              var its =
                  around.gateways().stream()
                      .filter(g -> zone.name().equals(g.getMetadata().getLabels().get(Labels.ZONE)))
                      .filter(g -> answering.contains(g.getMetadata().getName()))
                      .toList();
              var wait =
                  its.isEmpty()
                      ? Stream.of("no gateway of the zone answers the operator")
                      : notInFront(its);
              return wait.map(w -> Finding.ofZone(Finding.Reason.GatewaysStarting, zone.name(), w));
            });
  }

  private static Stream<String> notInFront(List<Pod> gateways) {
    return gateways.stream().anyMatch(g -> FrontTurn.takesClients(g, Labels.GATEWAY))
        ? Stream.empty()
        : Stream.of(
            "no gateway of the zone is in the front Service yet: none that is Ready has the label "
                + Labels.SERVING
                + "="
                + Labels.TRUE);
  }

  private static Finding starting(ZoneSpec zone, Surroundings around) {
    return Finding.ofZone(
        Finding.Reason.PodsStarting,
        zone.name(),
        "%d of %d pods are %s"
            .formatted(
                ZoneMachine.admitted(zone.name(), around.seen()),
                zone.replicas(),
                around.seen().direct() ? "ready" : "admitted by the gateways"));
  }
}
