package io.zonefleet.operator.traffic;

/** A fleet's namespace and name; gateways say it as Envoy's {@code node.cluster}. */
public record FleetKey(String namespace, String name) {
  /** {@code namespace/name}. */
  public String nodeCluster() {
    return namespace + "/" + name;
  }
}
