package io.zonefleet.operator.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Pod;
import io.zonefleet.operator.fleet.Labels;
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
  private final Map<String, String> digests = new ConcurrentHashMap<>();
  private final Map<String, Long> askedNanos = new ConcurrentHashMap<>();

  /** What is known so far, by zone; asks who has not answered yet and waits for nobody. */
  public Map<String, String> of(List<Pod> ready, int port, String path) {
    var byZone = new HashMap<String, String>();
    for (var pod : ready) {
      var digest = digests.get(pod.getMetadata().getUid());
      if (digest == null) {
        ask(pod, port, path);
      } else if (!digest.isEmpty()) {
        byZone.putIfAbsent(ClusterView.label(pod, Labels.ZONE), digest);
      }
    }
    return byZone;
  }

  /** Forgets pods that are gone. */
  public void keepOnly(List<Pod> pods) {
    var uids = pods.stream().map(p -> p.getMetadata().getUid()).collect(Collectors.toSet());
    digests.keySet().retainAll(uids);
    askedNanos.keySet().retainAll(uids);
  }

  private void ask(Pod pod, int port, String path) {
    var uid = pod.getMetadata().getUid();
    var ip = pod.getStatus().getPodIP();
    var before = askedNanos.get(uid);
    if (ip == null || (before != null && System.nanoTime() - before < BETWEEN.toNanos())) {
      return;
    }
    askedNanos.put(uid, System.nanoTime());
    var host = ip.contains(":") ? "[" + ip + "]" : ip;
    client
        .sendAsync(
            HttpRequest.newBuilder(URI.create("http://" + host + ":" + port + path))
                .timeout(TIMEOUT)
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .thenAccept(answer -> digests.put(uid, digest(answer)))
        .exceptionally(
            problem -> {
              LOG.debugf("digest of pod %s: %s", pod.getMetadata().getName(), problem);
              return null;
            });
  }

  private String digest(HttpResponse<String> answer) {
    if (answer.statusCode() != 200) {
      throw new IllegalStateException("answered " + answer.statusCode());
    }
    try {
      return json.readTree(answer.body()).path("digest").asText("");
    } catch (IOException e) {
      return "";
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
