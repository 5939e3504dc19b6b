package io.zonefleet.e2e.cluster;

import java.nio.file.Path;
import java.util.List;

/** Finds the cluster that the system tests run on. */
public final class Clusters {

  /** The zones of the lab that {@code bin/test e2e} sets up. */
  public static final List<String> ZONES = List.of("zone-a", "zone-b", "zone-c");

  private Clusters() {}

  /**
   * The running lab that {@code -Dzonefleet.lab} names.
   *
   * @throws IllegalStateException if there is none, with what to do
   */
  public static ZoneCluster running() {
    var name = System.getProperty("zonefleet.lab", "zonelab");
    var lab = new Zonelab(name, ZONES);
    if (!Path.of(lab.kubeconfig().toString()).toFile().exists()) {
      throw new IllegalStateException("no lab named " + name + " is up: run bin/test e2e");
    }
    return lab;
  }
}
