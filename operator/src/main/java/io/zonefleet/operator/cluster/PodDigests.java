package io.zonefleet.operator.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Pod;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.traffic.FleetKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * The digest of the weights that each ready pod has loaded, as our own server tells it with its
 * readiness. A pod is asked until it has answered once; a server that does not say has no digest.
 */
public final class PodDigests implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(PodDigests.class);
  private static final Duration TIMEOUT = Duration.ofMillis(500);
  private static final Duration BETWEEN = Duration.ofSeconds(2);

  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .build();
  private final Map<FleetKey, Map<String, Told>> byFleet = new ConcurrentHashMap<>();

  /** What a pod says of itself; empty strings where it says nothing. */
  private record Loaded(String revision, String digest) {}

  /** A pod's answer, and when it was asked last. */
  private static final class Told {
    private volatile Loaded loaded;
    private long askedNanos = System.nanoTime() - BETWEEN.toNanos();

    boolean isToAsk() {
      return loaded == null && System.nanoTime() - askedNanos >= BETWEEN.toNanos();
    }
  }

  /**
   * What is known so far of pods that serve {@code revision}, by zone; asks who has not answered
   * yet and waits for nobody. Pods of another revision, in a rollout, are left out.
   *
   * @param ready all ready pods of the fleet; others are forgotten
   */
  public Map<String, String> of(
      FleetKey fleet, List<Pod> ready, String revision, int port, String path) {
    var told = byFleet.computeIfAbsent(fleet, key -> new ConcurrentHashMap<>());
    told.keySet()
        .retainAll(ready.stream().map(p -> p.getMetadata().getUid()).collect(Collectors.toSet()));
    var byZone = new HashMap<String, String>();
    for (var pod : ready) {
      var one = told.computeIfAbsent(pod.getMetadata().getUid(), uid -> new Told());
      var loaded = one.loaded;
      if (one.isToAsk()) {
        ask(pod, port, path, one);
      } else if (loaded != null
          && loaded.revision().equals(revision)
          && !loaded.digest().isEmpty()) {
        byZone.putIfAbsent(ClusterView.label(pod, Labels.ZONE), loaded.digest());
      }
    }
    return byZone;
  }

  public void forget(FleetKey fleet) {
    byFleet.remove(fleet);
  }

  private void ask(Pod pod, int port, String path, Told told) {
    var ip = pod.getStatus().getPodIP();
    if (ip == null) {
      return;
    }
    told.askedNanos = System.nanoTime();
    var host = ip.contains(":") ? "[" + ip + "]" : ip;
    client
        .sendAsync(
            HttpRequest.newBuilder(URI.create("http://" + host + ":" + port + path))
                .timeout(TIMEOUT)
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .thenAccept(answer -> told.loaded = loaded(answer))
        .exceptionally(
            problem -> {
              LOG.debugf("digest of pod %s: %s", pod.getMetadata().getName(), problem);
              return null;
            });
  }

  private Loaded loaded(HttpResponse<String> answer) {
    if (answer.statusCode() != 200) {
      throw new IllegalStateException("answered " + answer.statusCode());
    }
    try {
      var told = json.readTree(answer.body());
      return new Loaded(told.path("revision").asText(""), told.path("digest").asText(""));
    } catch (IOException e) {
      return new Loaded("", "");
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
