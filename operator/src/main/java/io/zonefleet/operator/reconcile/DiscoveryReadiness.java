package io.zonefleet.operator.reconcile;

import io.zonefleet.operator.cluster.ClusterView;
import io.zonefleet.operator.cluster.Leadership;
import io.zonefleet.operator.traffic.XdsServer;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** A replica is ready when gateways can get whole plans from it, whoever leads. */
@Readiness
@Singleton
final class DiscoveryReadiness implements HealthCheck {
  private final ClusterView view;
  private final XdsServer xds;
  private final Leadership leadership;

  DiscoveryReadiness(ClusterView view, XdsServer xds, Leadership leadership) {
    this.view = view;
    this.xds = xds;
    this.leadership = leadership;
  }

  @Override
  public HealthCheckResponse call() {
    return HealthCheckResponse.named("discovery")
        .status(view.isSynced() && xds.port() > 0)
        .withData("port", xds.port())
        .withData("leads", leadership.leads())
        .build();
  }
}
