package io.zonefleet.operator.traffic;

import io.zonefleet.operator.zones.Failback;
import io.zonefleet.operator.zones.FleetPolicy;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.Policy;
import io.zonefleet.operator.zones.Role;
import io.zonefleet.operator.zones.ZoneSpec;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A control plane, a gateway and a pod in each zone, all real, on loopback. */
public final class GatewayFixture implements AutoCloseable {
  static final FleetKey FLEET = new FleetKey("models", "chat");

  public final List<Pod> pods = new ArrayList<>();
  public final Envoy gateway;
  final TestTrust trust;
  final XdsCredentials credentials;
  private final int xdsPort;
  private XdsServer xds;

  public GatewayFixture(Path folder, String... zones) throws Exception {
    this(folder, new TestTrust(), FLEET, zones);
  }

  /**
   * @param certified the fleet that the gateway's certificate names
   */
  GatewayFixture(Path folder, TestTrust trust, FleetKey certified, String... zones)
      throws Exception {
    this.trust = trust;
    credentials = trust.credentials();
    pods.addAll(Pod.startEach(zones));
    xdsPort = Pod.freePort("127.0.0.1");
    gateway = Envoy.prepare(folder, FLEET, xdsPort, trust.gateway(certified));
  }

  public Pod pod(String zone) {
    return pods.stream().filter(p -> p.zone.equals(zone)).findFirst().orElseThrow();
  }

  public List<TrafficPlan.Endpoint> endpoints() {
    return pods.stream().map(Pod::endpoint).toList();
  }

  /** Opens the control plane with this plan. */
  void startXds(TrafficPlan plan) throws Exception {
    xds =
        new XdsServer(
            new InetSocketAddress(InetAddress.getByName("127.0.0.1"), xdsPort),
            credentials,
            p -> EnvoyResources.of(p, Envoy.ADDRESS, gateway.port));
    gateway.keepSettings(plan);
    xds.publish(plan);
    xds.start();
  }

  public XdsServer xds() {
    return xds;
  }

  void killXds() {
    xds.close();
  }

  /** Control plane and gateway up, all pods seen healthy. */
  public GatewayFixture serving(TrafficPlan plan) throws Exception {
    startXds(plan);
    gateway.start();
    gateway.awaitServing();
    awaitHealthy(pods.size());
    return this;
  }

  public void awaitHealthy(int count) throws InterruptedException {
    Eventually.holds(
        Duration.ofSeconds(30),
        () -> count + " healthy pods; " + gateway.log(),
        () -> gateway.stat("cluster.inference.membership_healthy") == count);
  }

  /** Zones in order of preference, the first serves. */
  public static TrafficPlan activeStandby(List<TrafficPlan.Endpoint> endpoints, String... zones) {
    return plan(Policy.ActiveStandby, endpoints, Map.of(zones[0], Role.Active), weights(zones));
  }

  private static ZoneSpec[] weights(String... zones) {
    return Arrays.stream(zones).map(z -> new ZoneSpec(z, 1, 1)).toArray(ZoneSpec[]::new);
  }

  /** All zones serve by weight. */
  static TrafficPlan activeActive(List<TrafficPlan.Endpoint> endpoints, ZoneSpec... zones) {
    var roles = new HashMap<String, Role>();
    Arrays.stream(zones).forEach(z -> roles.put(z.name(), Role.Active));
    return plan(Policy.ActiveActive, endpoints, roles, zones);
  }

  static TrafficPlan plan(
      Policy policy,
      List<TrafficPlan.Endpoint> endpoints,
      Map<String, Role> roles,
      ZoneSpec... zones) {
    var now = Instant.EPOCH;
    var kept =
        Arrays.stream(zones)
            .map(
                z ->
                    new FleetState.Kept(
                        z.name(),
                        roles.getOrDefault(z.name(), Role.Standby),
                        now,
                        "test",
                        Optional.of(0)))
            .toList();
    var suspects =
        kept.stream()
            .filter(z -> z.role() == Role.Suspect)
            .map(FleetState.Kept::name)
            .collect(Collectors.toSet());
    return TrafficPlan.of(
        FLEET,
        new FleetPolicy(
            List.of(zones), policy, new Failback(Failback.Mode.Automatic, 30, 30), List.of()),
        FleetState.restore(1, kept, List.of(), suspects),
        now,
        endpoints,
        GatewaySettings.DEFAULT);
  }

  @Override
  public void close() throws Exception {
    gateway.close();
    if (xds != null) {
      xds.close();
    }
    for (var pod : pods) {
      pod.close();
    }
  }
}
