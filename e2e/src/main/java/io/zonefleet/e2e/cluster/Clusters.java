package io.zonefleet.e2e.cluster;

import java.util.List;
import org.testcontainers.DockerClientFactory;

/** Chooses the cluster that demo and system tests run on. */
public final class Clusters {

  public static final List<String> ZONES = List.of("zone-a", "zone-b", "zone-c");

  private Clusters() {}

  /**
   * Starts, or takes over, a cluster over {@link #ZONES}.
   *
   * @param kind {@code given}: the one that KUBECONFIG names; {@code zonelab}; {@code k3s}; or
   *     {@code auto}: the given one if KUBECONFIG is set, else k3s where a Docker daemon answers
   * @param name what a lab is called; labs of other names are not touched
   * @param keep whether closing it leaves it running
   * @throws IllegalArgumentException if the kind is another
   */
  public static ZoneCluster start(String kind, String name, boolean keep) {
    return switch (kind) {
      case "zonelab" -> Zonelab.up(name, ZONES, keep);
      case "k3s" -> new K3s(ZONES);
      case "given" -> GivenCluster.fromEnvironment();
      case "auto" -> start(present(), name, keep);
      default ->
          throw new IllegalArgumentException(
              "cluster is " + kind + ", allowed are auto, given, zonelab and k3s");
    };
  }

  private static String present() {
    if (GivenCluster.isGiven()) {
      return "given";
    }
    return dockerAnswers() ? "k3s" : "zonelab";
  }

  /** Whether a Docker daemon answers, which k3s needs. */
  public static boolean dockerAnswers() {
    return DockerClientFactory.instance().isDockerAvailable();
  }
}
