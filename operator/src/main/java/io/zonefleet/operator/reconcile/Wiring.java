package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.zonefleet.operator.cluster.Applier;
import io.zonefleet.operator.cluster.Clients;
import io.zonefleet.operator.cluster.ClusterView;
import io.zonefleet.operator.cluster.DecisionEvents;
import io.zonefleet.operator.cluster.GatewayAdmin;
import io.zonefleet.operator.cluster.Leadership;
import io.zonefleet.operator.cluster.PodAnswers;
import io.zonefleet.operator.cluster.ServingLabels;
import io.zonefleet.operator.cluster.StatusStore;
import io.zonefleet.operator.fleet.FleetSettings;
import io.zonefleet.operator.traffic.Bootstrap;
import io.zonefleet.operator.traffic.XdsServer;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.InstantSource;

/** Which part gets what: the one place where the operator is put together. */
final class Wiring {

  @Produces
  @Singleton
  Applier applier(KubernetesClient client) {
    return new Applier(client);
  }

  @Produces
  @Singleton
  FleetSettings fleetSettings(OperatorSettings settings) {
    return new FleetSettings(
        settings.inference().image(),
        settings.gateway().image(),
        settings.podNamespace(),
        Bootstrap.gateway(settings.xds().host(), settings.xds().port()).yaml());
  }

  @Produces
  @Singleton
  ClusterView view(KubernetesClient client, OperatorSettings settings) {
    return new ClusterView(Clients.watching(client.getConfiguration()), settings.podNamespace());
  }

  @Produces
  @Singleton
  DarkZones darkZones() {
    return new DarkZones();
  }

  @Produces
  @Singleton
  Leadership leadership(
      KubernetesClient client, OperatorSettings settings, ClusterView view, DarkZones dark) {
    return new Leadership(
        Clients.quick(client.getConfiguration()),
        settings.podNamespace(),
        settings.lease().name(),
        settings.podName(),
        new Leadership.Timing(
            settings.lease().duration(), settings.lease().renew(), settings.lease().retry()),
        leader -> view.zoneOfOperator(leader).filter(dark::contains).isPresent());
  }

  @Produces
  @Singleton
  XdsServer xds(OperatorSettings settings) {
    return new XdsServer(settings.xds().port());
  }

  @Produces
  @Singleton
  Applications applications() {
    return new Applications();
  }

  @Produces
  @Singleton
  Shell shell(
      KubernetesClient client,
      OperatorSettings settings,
      ClusterView view,
      Leadership leadership,
      XdsServer xds,
      Applications applications,
      DarkZones dark,
      MeterRegistry metrics) {
    var quick = Clients.quick(client.getConfiguration());
    return new Shell(
        view,
        new GatewayAdmin(settings.gateway().monitorPort()),
        new StatusStore(quick),
        new ServingLabels(quick),
        new DecisionEvents(quick, settings.podName()),
        new PodAnswers(),
        leadership,
        xds,
        applications,
        dark,
        metrics,
        InstantSource.system(),
        settings.interval(),
        settings.uneasyInterval());
  }

  @Produces
  @Singleton
  FleetLoops loops(Shell shell) {
    return new FleetLoops(shell);
  }
}
