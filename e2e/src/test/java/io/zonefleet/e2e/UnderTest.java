package io.zonefleet.e2e;

import io.zonefleet.e2e.cluster.Clusters;
import io.zonefleet.e2e.cluster.ZoneCluster;
import io.zonefleet.e2e.fleet.Installation;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;

/** The one cluster, with Zonefleet on it, that all system tests of a run share. */
final class UnderTest {

  private static UnderTest instance;

  private final ZoneCluster cluster;
  private final Installation installation;

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
}
