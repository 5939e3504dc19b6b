package io.zonefleet.e2e.bench;

import io.zonefleet.api.v1alpha1.TrafficPolicy;
import io.zonefleet.e2e.cluster.Zonelab;
import io.zonefleet.e2e.fleet.Fleet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** HAProxy in the clients' network, in front of a fleet's inference pods. */
final class Haproxy implements AutoCloseable {

  /** Where it takes requests, in its network. */
  static final String URL = "http://127.0.0.1:18080/v1/completions";

  private final Process process;
  private final Path file;

  private Haproxy(Process process, Path file) {
    this.process = process;
    this.file = file;
  }

  /** Starts it in the zone's network. */
  static Haproxy start(
      Zonelab lab,
      String zone,
      String fleet,
      TrafficPolicy policy,
      List<String> zones,
      int replicas) {
    try {
      var file = Files.createTempFile("zonefleet-haproxy-", ".cfg");
      Files.writeString(file, configuration(fleet, policy, zones, replicas));
      return new Haproxy(lab.exec(zone, "haproxy", "-db", "-f", file.toString()), file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The classic settings: a check each 5 s, two failures take a server out. Pods are found by their
   * names, for one that is replaced has another address.
   */
  static String configuration(
      String fleet, TrafficPolicy policy, List<String> zones, int replicas) {
    var servers =
        zones.stream()
            .flatMap(
                zone ->
                    IntStream.range(0, replicas)
                        .mapToObj(pod -> server(fleet, zone, pod, spare(policy, zones, zone))))
            .collect(Collectors.joining("\n"));
    return """
        global
          maxconn 4000
        resolvers zone
          nameserver node 169.254.20.10:53
          hold valid 1s
          timeout resolve 1s
        defaults
          mode http
          option redispatch
          retries 3
          timeout connect 5s
          timeout client 60s
          timeout server 60s
          default-server check inter 5s fall 2 rise 2 resolvers zone init-addr last,libc,none
        frontend clients
          bind 127.0.0.1:18080
          default_backend pods
        backend pods
          balance roundrobin
          option httpchk GET /readyz
          option allbackups
        %s
        """
        .formatted(servers);
  }

  private static boolean spare(TrafficPolicy policy, List<String> zones, String zone) {
    return policy == TrafficPolicy.ActiveStandby && !zone.equals(zones.getFirst());
  }

  private static String server(String fleet, String zone, int pod, boolean spare) {
    return "  server %2$s-%3$d %1$s-%2$s-%3$d.%1$s-%2$s.%4$s.svc.cluster.local:8080%5$s"
        .formatted(fleet, zone, pod, Fleet.NAMESPACE, spare ? " backup" : "");
  }

  @Override
  public void close() {
    process.destroy();
    try {
      process.waitFor();
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
