package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.MeterRegistry;
import io.zonefleet.operator.cluster.Applier;
import io.zonefleet.operator.cluster.AuthoritySecret;
import io.zonefleet.operator.cluster.Clients;
import io.zonefleet.operator.cluster.ClusterView;
import io.zonefleet.operator.cluster.DecisionEvents;
import io.zonefleet.operator.cluster.GatewayAdmin;
import io.zonefleet.operator.cluster.GatewayCertificates;
import io.zonefleet.operator.cluster.KeptPlans;
import io.zonefleet.operator.cluster.Leadership;
import io.zonefleet.operator.cluster.PodAnswers;
import io.zonefleet.operator.cluster.ServingLabels;
import io.zonefleet.operator.cluster.StatusStore;
import io.zonefleet.operator.fleet.FleetSettings;
import io.zonefleet.operator.fleet.Names;
import io.zonefleet.operator.traffic.Bootstrap;
import io.zonefleet.operator.traffic.XdsCredentials;
import io.zonefleet.operator.traffic.XdsServer;
import io.zonefleet.operator.trust.Issuer;
import io.zonefleet.operator.trust.Lifetimes;
import io.zonefleet.operator.trust.Rotation;
import io.zonefleet.operator.trust.Upkeep;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
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
        Bootstrap.gateway(
                settings.xds().host(),
                settings.xds().port(),
                Path.of(Names.GATEWAY_FILES),
                Path.of(Names.GATEWAY_IDENTITY),
                Path.of(Names.GATEWAY_RUN))
            .files());
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
  XdsCredentials credentials() {
    return new XdsCredentials();
  }

  @Produces
  @Singleton
  XdsServer xds(OperatorSettings settings, XdsCredentials credentials) {
    return new XdsServer(settings.xds().port(), credentials);
  }

  @Produces
  @Singleton
  TrustLoop trust(
      KubernetesClient client,
      OperatorSettings settings,
      XdsCredentials credentials,
      ClusterView view,
      Leadership leadership,
      MeterRegistry metrics) {
    var asked = settings.xds().certificates();
    var lifetimes = new Lifetimes(asked.authority(), asked.leaf(), asked.overlap(), asked.skew());
    var issuer = new Issuer(lifetimes);
    var quick = Clients.quick(client.getConfiguration());
    return new TrustLoop(
        new AuthoritySecret(
            quick,
            Clients.watching(client.getConfiguration()),
            settings.podNamespace(),
            asked.secret()),
        new GatewayCertificates(quick, issuer, lifetimes),
        new ServerCertificate(settings.xds().host(), issuer, lifetimes, credentials, metrics),
        new Upkeep(new Rotation(lifetimes, issuer), issuer),
        new TrustLoop.Fleets(view::fleets, leadership::leads),
        InstantSource.system(),
        asked.interval());
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
        new KeptPlans(quick),
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
