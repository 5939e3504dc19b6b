package io.zonefleet.operator.reconcile;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.zonefleet.operator.cluster.ClusterView;
import io.zonefleet.operator.cluster.Leadership;
import io.zonefleet.operator.traffic.XdsServer;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/**
 * The order in which a replica starts: see everything, get a certificate, plan the traffic of every
 * fleet, open the discovery port, and only then compete for the lead. So a gateway that comes to a
 * replica which has just started gets a whole plan or none, never an empty one.
 */
@Singleton
final class Lifecycle {
  private static final Logger LOG = Logger.getLogger(Lifecycle.class);

  private final ClusterView view;
  private final TrustLoop trust;
  private final FleetLoops loops;
  private final XdsServer xds;
  private final Leadership leadership;

  Lifecycle(
      ClusterView view, TrustLoop trust, FleetLoops loops, XdsServer xds, Leadership leadership) {
    this.view = view;
    this.trust = trust;
    this.loops = loops;
    this.xds = xds;
    this.leadership = leadership;
  }

  void onStart(@Observes StartupEvent event) {
    Thread.ofVirtual().name("start").start(this::start);
  }

  private void start() {
    try {
      view.start().join();
      LOG.infof("sees %d fleets", view.fleets().size());
      trust.start();
      loops.start();
      xds.start();
      LOG.infof("serves xDS on port %d", xds.port());
      leadership.start();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("cannot start", e);
      Quarkus.asyncExit(1);
    }
  }

  void onStop(@Observes ShutdownEvent event) {
    leadership.close();
    loops.close();
    xds.close();
    trust.close();
    view.close();
  }
}
