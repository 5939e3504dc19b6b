package io.zonefleet.operator.status;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.zones.FleetPolicy;
import io.zonefleet.operator.zones.NodeReport;
import io.zonefleet.operator.zones.ZoneSpec;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the nodes say of the fleet's zones. */
public final class NodeFindings {
  private NodeFindings() {}

  /** Ready and all nodes by zone label; nodes without the label are in no zone. */
  public static Map<String, NodeReport> reports(List<Node> nodes) {
    return nodes.stream()
        .filter(n -> zoneOf(n) != null)
        .collect(
            Collectors.groupingBy(
                NodeFindings::zoneOf,
                TreeMap::new,
                Collectors.collectingAndThen(
                    Collectors.toList(),
                    in ->
                        new NodeReport(
                            (int) in.stream().filter(Readiness::isNodeReady).count(), in.size()))));
  }

  static Stream<Finding> of(FleetPolicy policy, Map<String, NodeReport> reports) {
    return policy.zones().stream().map(z -> of(z, reports)).filter(Objects::nonNull);
  }

  private static Finding of(ZoneSpec zone, Map<String, NodeReport> reports) {
    var report = reports.get(zone.name());
    if (report == null) {
      return Finding.ofZone(
          Finding.Reason.UnknownZone,
          zone.name(),
          "no node has the label %s=%s, so its pods cannot run; zones that exist: %s; correct spec.zones or label a node"
              .formatted(
                  Labels.NODE_ZONE,
                  zone.name(),
                  reports.isEmpty()
                      ? "none, for no node has the label"
                      : String.join(", ", new TreeMap<>(reports).keySet())));
    }
    if (report.ready() == 0) {
      return Finding.ofZone(
          Finding.Reason.ZoneNodesNotReady,
          zone.name(),
          "none of its %d nodes is Ready; see kubectl get nodes -l %s=%s"
              .formatted(report.total(), Labels.NODE_ZONE, zone.name()));
    }
    return null;
  }

  private static String zoneOf(Node node) {
    var labels = node.getMetadata().getLabels();
    return labels == null ? null : labels.get(Labels.NODE_ZONE);
  }
}
