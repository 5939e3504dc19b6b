package io.zonefleet.e2e.cluster;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** A real Kubernetes cluster over zones whose links can be cut. */
public interface ZoneCluster extends AutoCloseable {

  /** A place in the network from which a client sends. */
  sealed interface Vantage {
    /** A node of the zone: kube-proxy there prefers the zone's own endpoints. */
    record InZone(String zone) implements Vantage {}

    /** A host in no zone: every endpoint is the same to it. */
    record NoZone() implements Vantage {}
  }

  /** What the cluster is, in a word: zonelab, k3s or given. */
  String kind();

  /** Path of an administrator's kubeconfig. */
  Path kubeconfig();

  /** The zones, in a fixed order. */
  List<String> zones();

  /** Loads image archives (docker or OCI) into every node. */
  void load(List<Path> archives);

  /**
   * Drops everything that goes to or from the zone's nodes.
   *
   * @return when it had taken effect
   */
  Instant cut(String zone);

  /** Lets the zone's nodes talk again; does nothing to a zone that is not cut. */
  void heal(String zone);

  /** Kills ({@code SIGKILL}) every container process of the pods with the label. */
  void kill(String namespace, String selector);

  /** Stops ({@code SIGSTOP}) every container process of the pods with the label. */
  void freeze(String namespace, String selector);

  /** Lets frozen pods go on. */
  void thaw(String namespace, String selector);

  /** Whether {@link #freeze} and {@link #thaw} work here. */
  default boolean freezes() {
    return true;
  }

  /**
   * Starts a Java program of package {@code load} in the network of the vantage point.
   *
   * @param program a class with a {@code main} method that needs its own package only
   * @return the running program, its standard output piped and its errors inherited; SIGTERM ends
   *     it
   */
  Process run(Vantage from, Class<?> program, String... arguments);

  /** Ends the cluster, if this object started it. */
  @Override
  void close();
}
