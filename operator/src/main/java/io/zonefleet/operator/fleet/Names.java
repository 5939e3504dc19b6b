package io.zonefleet.operator.fleet;

/** The names of a fleet's objects, containers and ports. */
public final class Names {
  /** Container and port names. */
  public static final String INFERENCE_CONTAINER = "inference";

  public static final String GATEWAY_CONTAINER = "gateway";
  public static final String HTTP_PORT = "http";
  public static final String MONITOR_PORT = "monitor";

  /** Where gateways take requests. */
  public static final int GATEWAY_PORT = 8000;

  /** Envoy's own interface, on the pod's loopback. */
  static final int GATEWAY_ADMIN_PORT = 9901;

  /** Where a gateway tells, read-only, what it sees. */
  public static final int GATEWAY_MONITOR_PORT = 9902;

  /** Where the front Service takes requests. */
  public static final int FRONT_PORT = 80;

  /** The volume of weights; also the name of the claim template of mode PerPod. */
  public static final String WEIGHTS = "weights";

  /** The key of {@code spec.storage.claims} that names the claim of mode Shared. */
  public static final String SHARED_CLAIM = "shared";

  /** The key of the gateways' ConfigMap that Envoy starts from. */
  public static final String BOOTSTRAP_KEY = "envoy.yaml";

  /** Where gateways find their ConfigMap. */
  public static final String GATEWAY_FILES = "/etc/zonefleet";

  /** Where gateways find the plan that they start from. */
  public static final String GATEWAY_PLAN = "/etc/zonefleet-plan";

  /** Where gateways put what Envoy is to load now. */
  public static final String GATEWAY_RUN = "/tmp/zonefleet";

  /** Where gateways find their certificate. */
  public static final String GATEWAY_IDENTITY = "/etc/zonefleet-identity";

  /** The longest fleet and zone name together: their StatefulSet's name is one dash more. */
  static final int FLEET_AND_ZONE_LIMIT = 51;

  private Names() {}

  /** StatefulSet and headless Service of a zone. */
  public static String inference(String fleet, String zone) {
    return fleet + "-" + zone;
  }

  /** ClusterIP Service of a zone. */
  public static String zoneHttp(String fleet, String zone) {
    return fleet + "-" + zone + "-http";
  }

  /** Gateway Deployment of a zone. */
  public static String gateway(String fleet, String zone) {
    return fleet + "-gateway-" + zone;
  }

  /** What gateways of all zones share: ConfigMap, ServiceAccount, budget, network policy. */
  public static String gateway(String fleet) {
    return fleet + "-gateway";
  }

  /** Secret with the certificate that the fleet's gateways show the operator. */
  public static String gatewayIdentity(String fleet) {
    return fleet + "-gateway-identity";
  }

  /** ConfigMap with the plan that the fleet's gateways start from. */
  public static String gatewayPlan(String fleet) {
    return fleet + "-gateway-plan";
  }

  /** What inference pods of all zones share: ServiceAccount and network policy. */
  public static String inference(String fleet) {
    return fleet + "-inference";
  }

  /** Disruption budget of a zone's inference pods. */
  public static String inferenceBudget(String fleet, String zone) {
    return fleet + "-inference-" + zone;
  }

  /** The Service that clients use. */
  public static String front(String fleet) {
    return fleet;
  }

  /** Claim of mode Shared. */
  public static String weightsClaim(String fleet) {
    return fleet + "-weights";
  }

  /** Claim of one pod in mode PerPod, as the StatefulSet controller names it. */
  static String podClaim(String fleet, String zone, int pod) {
    return WEIGHTS + "-" + inference(fleet, zone) + "-" + pod;
  }

  /** Claim of mode PerZone. */
  public static String weightsClaim(String fleet, String zone) {
    return fleet + "-weights-" + zone;
  }
}
