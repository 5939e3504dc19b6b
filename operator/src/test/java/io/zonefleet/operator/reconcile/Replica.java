package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.zonefleet.operator.cluster.Clients;
import io.zonefleet.operator.cluster.ClusterView;
import io.zonefleet.operator.cluster.DecisionEvents;
import io.zonefleet.operator.cluster.GatewayAdmin;
import io.zonefleet.operator.cluster.KeptPlans;
import io.zonefleet.operator.cluster.Leadership;
import io.zonefleet.operator.cluster.PodAnswers;
import io.zonefleet.operator.cluster.ServingLabels;
import io.zonefleet.operator.cluster.StatusStore;
import io.zonefleet.operator.traffic.TestTrust;
import io.zonefleet.operator.traffic.XdsServer;
import java.time.Duration;
import java.time.InstantSource;

/** One replica of the operator without its reconciler, so that a test says what was applied. */
final class Replica implements AutoCloseable {
  private static final OperatorSettings.Lease LEASE =
      new SmallRyeConfigBuilder()
          .addDiscoveredConverters()
          .withMapping(OperatorSettings.Lease.class, "zonefleet.lease")
          .build()
          .getConfigMapping(OperatorSettings.Lease.class, "zonefleet.lease");

  final ClusterView view;
  final Leadership leadership;
  final XdsServer xds = new XdsServer(0, new TestTrust().credentials());
  final Applications applications = new Applications();
  final FleetLoops loops;
  private final KubernetesClient quick;
  private final KubernetesClient watching;

  /**
   * @param followsUp false for a replica that dies after each status write: no label, no event
   */
  Replica(ApiServer api, String name, boolean followsUp) {
    this(api.config(), name, followsUp);
  }

  /**
   * @param config of the way to the API server
   */
  Replica(Config config, String name, boolean followsUp) {
    quick = Clients.quick(config);
    watching = Clients.watching(config);
    var after =
        followsUp
            ? quick
            : Clients.quick(new ConfigBuilder(config).withMasterUrl("https://127.0.0.1:9").build());
    view = new ClusterView(watching, "zonefleet-system");
    var dark = new DarkZones();
    leadership =
        new Leadership(
            quick,
            "default",
            "zonefleet",
            name,
            new Leadership.Timing(LEASE.duration(), LEASE.renew(), LEASE.retry()),
            leader -> view.zoneOfOperator(leader).filter(dark::contains).isPresent());
    loops =
        new FleetLoops(
            new Shell(
                view,
                new GatewayAdmin(TestFleet.MONITOR_PORT),
                new StatusStore(quick),
                new ServingLabels(after),
                new DecisionEvents(after, name),
                new PodAnswers(),
                new KeptPlans(after),
                leadership,
                xds,
                applications,
                dark,
                new SimpleMeterRegistry(),
                InstantSource.system(),
                Duration.ofMillis(200),
                Duration.ofMillis(100)));
  }

  Replica started() throws InterruptedException {
    view.start().join();
    loops.start();
    xds.start();
    leadership.start();
    return this;
  }

  @Override
  public void close() {
    leadership.close();
    loops.close();
    xds.close();
    view.close();
    watching.close();
    quick.close();
  }
}
