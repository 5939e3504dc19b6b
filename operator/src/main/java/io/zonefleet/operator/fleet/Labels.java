package io.zonefleet.operator.fleet;

import java.util.Map;
import java.util.TreeMap;

/** The labels of every generated object, and the selectors that find them. */
public final class Labels {
  public static final String NAME = "app.kubernetes.io/name";
  public static final String INSTANCE = "app.kubernetes.io/instance";
  public static final String COMPONENT = "app.kubernetes.io/component";
  public static final String MANAGED_BY = "app.kubernetes.io/managed-by";

  /** The zone that an object serves. */
  public static final String ZONE = "zonefleet.io/zone";

  /**
   * {@code true} on pods that the front Service may send clients to: gateways, or inference pods of
   * a fleet without gateways.
   */
  public static final String SERVING = "zonefleet.io/serving";

  /** Annotation of a StatefulSet: SHA-256 of the pod template that it asks for, in hex. */
  public static final String PODS_DIGEST = "zonefleet.io/pods-sha256";

  /** The nodes' own label, set by the cloud or by the cluster's administrator. */
  public static final String NODE_ZONE = "topology.kubernetes.io/zone";

  public static final String HOSTNAME = "kubernetes.io/hostname";

  /** Value of {@link #NAME}. */
  public static final String DEEPSEEK = "deepseek";

  /** Value of {@link #MANAGED_BY}, and the field manager of server-side apply. */
  public static final String ZONEFLEET = "zonefleet";

  /** Values of {@link #COMPONENT}. */
  public static final String INFERENCE = "inference";

  public static final String GATEWAY = "gateway";

  /** Value of {@link #SERVING} on a pod that takes clients. */
  public static final String TRUE = "true";

  private Labels() {}

  /** What all objects of a fleet carry, whatever they are for. */
  public static Map<String, String> fleet(String fleet) {
    return sorted(Map.of(NAME, DEEPSEEK, INSTANCE, fleet, MANAGED_BY, ZONEFLEET));
  }

  /** What all objects of one component carry: {@link #INFERENCE} or {@link #GATEWAY}. */
  public static Map<String, String> component(String fleet, String component) {
    return with(fleet(fleet), COMPONENT, component);
  }

  /** What all objects of one component in one zone carry. */
  public static Map<String, String> zone(String fleet, String component, String zone) {
    return with(component(fleet, component), ZONE, zone);
  }

  /** Selects all pods of a component. Part of immutable selectors: never change it. */
  public static Map<String, String> componentSelector(String fleet, String component) {
    return sorted(Map.of(NAME, DEEPSEEK, INSTANCE, fleet, COMPONENT, component));
  }

  /** Selects a component's pods in a zone. Part of immutable selectors: never change it. */
  public static Map<String, String> zoneSelector(String fleet, String component, String zone) {
    return with(componentSelector(fleet, component), ZONE, zone);
  }

  /** Selects the pods of a component that the front Service sends clients to. */
  public static Map<String, String> servingSelector(String fleet, String component) {
    return with(componentSelector(fleet, component), SERVING, TRUE);
  }

  /** Whether a key is Zonefleet's own, so that a template may not set it. */
  static boolean isReserved(String key) {
    return key.startsWith("zonefleet.io/")
        || key.equals(NAME)
        || key.equals(INSTANCE)
        || key.equals(COMPONENT)
        || key.equals(MANAGED_BY);
  }

  static Map<String, String> with(Map<String, String> labels, String key, String value) {
    var more = new TreeMap<>(labels);
    more.put(key, value);
    return more;
  }

  private static Map<String, String> sorted(Map<String, String> labels) {
    return new TreeMap<>(labels);
  }
}
