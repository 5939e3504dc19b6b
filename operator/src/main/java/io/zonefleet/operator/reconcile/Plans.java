package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.HealthCheck;
import io.zonefleet.api.v1alpha1.Server;
import io.zonefleet.api.v1alpha1.Traffic;
import io.zonefleet.operator.cluster.ClusterView;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.status.Surroundings;
import io.zonefleet.operator.traffic.GatewaySettings;
import io.zonefleet.operator.traffic.HealthCheckSettings;
import io.zonefleet.operator.traffic.TrafficPlan;
import io.zonefleet.operator.zones.FleetPolicy;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.Observation;
import io.zonefleet.operator.zones.Policy;
import io.zonefleet.operator.zones.ZoneMachine;
import io.zonefleet.operator.zones.ZoneSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The traffic plan of a fleet, from its resource, the decision in force and its pods. */
final class Plans {
  private static final int PORT = 8080;

  private Plans() {}

  static TrafficPlan of(
      DeepSeekDeployment fleet, FleetPolicy policy, FleetState inForce, Surroundings around) {
    var endpoints = new ArrayList<TrafficPlan.Endpoint>();
    for (var pod : around.inference()) {
      endpoint(fleet, pod).ifPresent(endpoints::add);
    }
    return TrafficPlan.of(
        ClusterView.key(fleet),
        policy,
        inForce,
        around.seen().at(),
        endpoints,
        policy.policy() == Policy.ActiveActive ? admitted(policy, around.seen()) : Map.of(),
        settings(fleet));
  }

  private static Map<String, Integer> admitted(FleetPolicy policy, Observation seen) {
    return policy.zones().stream()
        .map(ZoneSpec::name)
        .collect(Collectors.toMap(Function.identity(), zone -> ZoneMachine.admitted(zone, seen)));
  }

  /** Where the fleet's servers listen. */
  static int port(DeepSeekDeployment fleet) {
    return server(fleet).map(Server::port).orElse(PORT);
  }

  /** The path that gateways check. */
  static String readyPath(DeepSeekDeployment fleet) {
    return settings(fleet).healthCheck().path();
  }

  private static Optional<TrafficPlan.Endpoint> endpoint(DeepSeekDeployment fleet, Pod pod) {
    return FleetLook.address(pod)
        .map(
            ip ->
                new TrafficPlan.Endpoint(
                    ClusterView.label(pod, Labels.ZONE),
                    ip,
                    port(fleet),
                    pod.getMetadata().getDeletionTimestamp() != null));
  }

  private static GatewaySettings settings(DeepSeekDeployment fleet) {
    var traffic = Optional.ofNullable(fleet.getSpec().traffic());
    return new GatewaySettings(
        traffic
            .map(Traffic::healthCheck)
            .map(Plans::healthCheck)
            .orElse(HealthCheckSettings.DEFAULT),
        server(fleet).map(Server::http2).orElse(GatewaySettings.DEFAULT.http2()),
        traffic
            .map(Traffic::streamIdleSeconds)
            .map(Duration::ofSeconds)
            .orElse(GatewaySettings.DEFAULT.streamIdle()));
  }

  private static HealthCheckSettings healthCheck(HealthCheck asked) {
    var otherwise = HealthCheckSettings.DEFAULT;
    return new HealthCheckSettings(
        Optional.ofNullable(asked.path()).orElse(otherwise.path()),
        Optional.ofNullable(asked.intervalMillis()).orElse(otherwise.intervalMillis()),
        Optional.ofNullable(asked.timeoutMillis()).orElse(otherwise.timeoutMillis()),
        Optional.ofNullable(asked.failureThreshold()).orElse(otherwise.failureThreshold()),
        Optional.ofNullable(asked.successThreshold()).orElse(otherwise.successThreshold()));
  }

  private static Optional<Server> server(DeepSeekDeployment fleet) {
    return Optional.ofNullable(fleet.getSpec().server());
  }
}
