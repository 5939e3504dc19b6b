package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.traffic.TrafficPlan;
import io.zonefleet.operator.zones.EndpointHealth;
import io.zonefleet.operator.zones.GatewayReport;
import io.zonefleet.operator.zones.NodeReport;
import io.zonefleet.operator.zones.PodReport;
import io.zonefleet.operator.zones.RequestCounters;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What really is: inference pods, one gateway in each zone with the plan that it was given last,
 * and who reaches whom.
 */
final class SimWorld {
  private static final int PORT = 8080;
  private static final String MADE = "2026-01-01T00:00:00Z";
  private static final String LATER = "2026-01-01T00:01:00Z";

  /** Pods differ in little, and are costly to build a million times. */
  private static final Map<String, Pod> PODS = new ConcurrentHashMap<>();

  private static final Map<Pod, PodReport> REPORTS =
      Collections.synchronizedMap(new IdentityHashMap<>());

  final List<String> zones;
  private final int podsPerZone;
  final Set<String> cut = new HashSet<>();
  final Set<String> late = new HashSet<>();
  final Set<String> starved = new HashSet<>();
  final Set<String> nodesGone = new HashSet<>();
  final Set<String> partitions = new HashSet<>();
  final Set<String> down = new HashSet<>();
  final Set<String> unready = new HashSet<>();
  final Set<String> gone = new HashSet<>();
  final Set<String> leaving = new HashSet<>();
  final Set<String> starting = new HashSet<>();
  final Set<String> gatewaysGone = new HashSet<>();

  /** Gateways whose process has ended, while their pods are there. */
  final Set<String> gatewaysDead = new HashSet<>();

  /** The API server says so, whatever is true. */
  final Set<String> gatewaysUnready = new HashSet<>();

  /** Gateways whose first checks have not ended. */
  final Set<String> pending = new HashSet<>();

  final Set<String> labelled = new HashSet<>();
  private final Map<String, TrafficPlan> plans = new HashMap<>();
  private Map<String, GatewayReport> reports = new HashMap<>();
  private List<Pod> pods;
  private List<PodReport> podReports;
  private List<Pod> gateways;
  private Map<String, NodeReport> nodes;

  SimWorld(int zones, int podsPerZone) {
    this.zones = IntStream.range(0, zones).mapToObj(i -> "z" + i).toList();
    this.podsPerZone = podsPerZone;
    // the pod template carries the label
    labelled.addAll(this.zones);
  }

  /** To be called after each change. */
  void changed() {
    reports = new HashMap<>();
    pods = null;
    podReports = null;
    gateways = null;
    nodes = null;
  }

  void healAll() {
    for (var faults :
        List.of(
            cut,
            late,
            starved,
            nodesGone,
            partitions,
            down,
            unready,
            gone,
            leaving,
            starting,
            pending,
            gatewaysGone,
            gatewaysDead,
            gatewaysUnready)) {
      faults.clear();
    }
    changed();
  }

  static String pod(String zone, int index) {
    return zone + "-" + index;
  }

  List<String> podsOf(String zone) {
    return IntStream.range(0, podsPerZone)
        .mapToObj(i -> pod(zone, i))
        .filter(p -> !gone.contains(p))
        .toList();
  }

  /** Whether a zone's gateway really gets answers from a pod. */
  boolean reaches(String from, String zone, String pod) {
    boolean apart = !from.equals(zone) && (cut.contains(from) || cut.contains(zone));
    return !down.contains(pod)
        && !gone.contains(pod)
        && !starting.contains(pod)
        && !apart
        && !partitions.contains(from + ">" + zone)
        && !starved.contains(from);
  }

  boolean reachesAny(String from, String zone) {
    return podsOf(zone).stream().anyMatch(p -> reaches(from, zone, p));
  }

  boolean hasGateway(String zone) {
    return !gatewaysGone.contains(zone);
  }

  /** Whether a zone's gateway takes requests and answers the operator. */
  boolean hasLivingGateway(String zone) {
    return hasGateway(zone) && !gatewaysDead.contains(zone);
  }

  /** A gateway is told; one that is new knows nothing until then. */
  void give(String gateway, TrafficPlan plan) {
    if (!plan.equals(plans.put(gateway, plan))) {
      reports.remove(gateway);
    }
  }

  TrafficPlan planOf(String gateway) {
    return plans.get(gateway);
  }

  void forgetPlan(String gateway) {
    plans.remove(gateway);
    reports.remove(gateway);
  }

  /** What the API server has of inference pods. */
  List<Pod> pods() {
    if (pods == null) {
      pods = zones.stream().flatMap(z -> podsOf(z).stream().map(p -> inference(z, p))).toList();
    }
    return pods;
  }

  /** Those pods, as a look reports them. */
  List<PodReport> podReports() {
    if (podReports == null) {
      podReports = pods().stream().map(p -> REPORTS.computeIfAbsent(p, FleetLook::report)).toList();
    }
    return podReports;
  }

  /** What the API server has of gateways. */
  List<Pod> gateways() {
    if (gateways == null) {
      gateways =
          zones.stream()
              .filter(this::hasGateway)
              .map(z -> gateway(z, labelled.contains(z), !gatewaysUnready.contains(z)))
              .toList();
    }
    return gateways;
  }

  void label(String gateway, boolean serves) {
    if (serves ? labelled.add(gateway) : labelled.remove(gateway)) {
      gateways = null;
    }
  }

  Map<String, NodeReport> nodes() {
    if (nodes == null) {
      nodes =
          zones.stream()
              .collect(
                  Collectors.toUnmodifiableMap(
                      z -> z, z -> new NodeReport(nodesGone.contains(z) ? 0 : 1, 1)));
    }
    return nodes;
  }

  /** What a gateway says to who reaches it. */
  GatewayReport report(String gateway) {
    return reports.computeIfAbsent(gateway, this::makeReport);
  }

  private GatewayReport makeReport(String from) {
    var plan = plans.get(from);
    if (plan == null) {
      return GatewayReport.unreachable("gateway-" + from, from);
    }
    var endpoints = new HashMap<String, EndpointHealth>();
    for (var zone : plan.zones()) {
      for (var e : zone.endpoints()) {
        boolean fresh = pending.contains(from);
        boolean healthy = reaches(from, zone.name(), e.address());
        endpoints.put(
            e.address() + ":" + e.port(),
            new EndpointHealth(
                zone.name(),
                healthy && !fresh,
                !healthy && !fresh,
                fresh,
                // a node answers for a pod that has ended
                !healthy && !down.contains(e.address())));
      }
    }
    return new GatewayReport("gateway-" + from, from, endpoints, RequestCounters.NONE);
  }

  /** One that was made just now, and has not been ready. */
  void renew(String pod) {
    List.of(gone, down, unready, leaving).forEach(fault -> fault.remove(pod));
    starting.add(pod);
  }

  boolean stays(String pod) {
    return !leaving.contains(pod) && !starting.contains(pod);
  }

  private Pod inference(String zone, String name) {
    boolean starts = starting.contains(name);
    boolean leaves = leaving.contains(name);
    boolean ready = !down.contains(name) && !unready.contains(name) && !starts;
    return PODS.computeIfAbsent(
        name + ready + starts + leaves,
        key ->
            new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid(name)
                .addToLabels(Labels.ZONE, zone)
                .withDeletionTimestamp(leaves ? MADE : null)
                .endMetadata()
                .withNewStatus()
                // the name is the address, so that a report's key tells the pod
                .withPodIP(name)
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready ? "True" : "False")
                .withLastTransitionTime(starts ? MADE : LATER)
                .endCondition()
                .addNewCondition()
                .withType("Initialized")
                .withStatus("True")
                .withLastTransitionTime(MADE)
                .endCondition()
                .endStatus()
                .build());
  }

  private static Pod gateway(String zone, boolean labelled, boolean ready) {
    return PODS.computeIfAbsent(
        "gateway-" + zone + labelled + ready,
        key -> {
          var pod =
              new PodBuilder()
                  .withNewMetadata()
                  .withName("gateway-" + zone)
                  .withUid("gateway-" + zone)
                  .addToLabels(Labels.ZONE, zone)
                  .endMetadata()
                  .withNewStatus()
                  .addNewCondition()
                  .withType("Ready")
                  .withStatus(ready ? "True" : "False")
                  .endCondition()
                  .endStatus();
          return labelled
              ? pod.editMetadata().addToLabels(Labels.SERVING, Labels.TRUE).endMetadata().build()
              : pod.build();
        });
  }
}
