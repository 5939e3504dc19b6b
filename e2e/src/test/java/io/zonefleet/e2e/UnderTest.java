package io.zonefleet.e2e;

import io.zonefleet.api.v1alpha1.TrafficPolicy;
import io.zonefleet.e2e.cluster.Clusters;
import io.zonefleet.e2e.cluster.ZoneCluster;
import io.zonefleet.e2e.fleet.Await;
import io.zonefleet.e2e.fleet.Fleet;
import io.zonefleet.e2e.fleet.Installation;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.List;

/** The one cluster, with Zonefleet and a fleet on it, that all system tests of a run share. */
final class UnderTest {

  /** The fleet's name. */
  static final String FLEET = "shared";

  private static UnderTest instance;

  private final ZoneCluster cluster;
  private final Installation installation;
  private Fleet fleet;

  private UnderTest() {
    cluster =
        Clusters.start(
            System.getProperty("zonefleet.cluster", "auto"),
            System.getProperty("zonefleet.lab", "e2e"),
            Boolean.getBoolean("zonefleet.keep"));
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(cluster::close));
    cluster.zones().forEach(cluster::heal);
    cluster.load(
        Arrays.stream(System.getProperty("zonefleet.images", "").split(File.pathSeparator))
            .filter(path -> !path.isEmpty())
            .map(Path::of)
            .toList());
    installation = Installation.on(cluster);
    installation.bringWeights();
  }

  private static synchronized UnderTest instance() {
    if (instance == null) {
      instance = new UnderTest();
    }
    return instance;
  }

  static ZoneCluster cluster() {
    return instance().cluster;
  }

  static Installation installation() {
    return instance().installation;
  }

  /**
   * Heals every zone, and waits until each node was heard again: after a cut of some seconds TCP is
   * silent for as long once more, and a node may still be called NotReady, and its gateway leave
   * the front Service, when the next test has begun.
   */
  static void heal() {
    cluster().zones().forEach(cluster()::heal);
    var healed = ZonedDateTime.now(ZoneOffset.UTC);
    Await.until(
        "every node has renewed its lease since " + healed,
        Duration.ofMinutes(2),
        () ->
            installation()
                .client()
                .leases()
                .inNamespace("kube-node-lease")
                .list()
                .getItems()
                .stream()
                .allMatch(lease -> lease.getSpec().getRenewTime().isAfter(healed)));
  }

  /**
   * The fleet, with that policy over those zones, ready. Tests change it as a user would, and leave
   * it for the next: a new one for each would cost two cores a minute.
   */
  static Fleet fleet(TrafficPolicy policy, List<String> zones) {
    var shared = instance();
    if (shared.fleet == null) {
      shared.fleet = Fleet.ready(installation().client(), FLEET, policy, zones);
    } else {
      shared.fleet.change(policy, zones);
    }
    return shared.fleet;
  }
}
