package io.zonefleet.operator.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.Pod;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.fleet.PodAnswer;
import io.zonefleet.operator.traffic.FleetKey;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * What each ready pod says of itself with its readiness: the digest of the weights that it has
 * loaded, and how many API keys let clients in. A pod is asked until it has answered once, and
 * again where what it says may change; a server that is not ours says nothing.
 */
public final class PodAnswers implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(PodAnswers.class);
  private static final Duration TIMEOUT = Duration.ofMillis(500);
  private static final Duration BETWEEN = Duration.ofSeconds(2);

  /** Between two questions to a pod that has answered; the kubelet takes a minute for a Secret. */
  private static final Duration AGAIN = Duration.ofSeconds(5);

  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .build();
  private final Map<FleetKey, Map<String, Told>> byFleet = new ConcurrentHashMap<>();

  /** A pod's answer, and when it was asked last. */
  private static final class Told {
    private volatile Says says;
    private long askedNanos = System.nanoTime() - BETWEEN.toNanos();

    boolean isToAsk(boolean again) {
      var since = System.nanoTime() - askedNanos;
      return says == null ? since >= BETWEEN.toNanos() : again && since >= AGAIN.toNanos();
    }
  }

  /** The two things that a pod's readiness may say. */
  private record Says(String revision, String digest, OptionalInt apiKeys) {}

  /**
   * What is known so far; asks who is to be asked and waits for nobody.
   *
   * @param ready all ready pods of the fleet; others are forgotten
   * @param again whether pods that have answered are asked again from time to time
   */
  public List<PodAnswer> of(FleetKey fleet, List<Pod> ready, int port, String path, boolean again) {
    var told = byFleet.computeIfAbsent(fleet, key -> new ConcurrentHashMap<>());
    told.keySet()
        .retainAll(ready.stream().map(p -> p.getMetadata().getUid()).collect(Collectors.toSet()));
    var answers = new ArrayList<PodAnswer>();
    for (var pod : ready) {
      var one = told.computeIfAbsent(pod.getMetadata().getUid(), uid -> new Told());
      var says = one.says;
      if (one.isToAsk(again)) {
        ask(pod, port, path, one);
      }
      if (says != null) {
        answers.add(
            new PodAnswer(
                pod.getMetadata().getName(),
                ClusterView.label(pod, Labels.ZONE),
                says.revision(),
                says.digest(),
                says.apiKeys()));
      }
    }
    return answers;
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
        .thenAccept(answer -> told.says = says(answer))
        .exceptionally(
            problem -> {
              LOG.debugf("pod %s did not answer: %s", pod.getMetadata().getName(), problem);
              return null;
            });
  }

  private Says says(HttpResponse<String> answer) {
    if (answer.statusCode() != 200) {
      throw new IllegalStateException("answered " + answer.statusCode());
    }
    try {
      var told = json.readTree(answer.body());
      var keys = told.path("apiKeys");
      return new Says(
          told.path("revision").asText(""),
          told.path("digest").asText(""),
          keys.isInt() ? OptionalInt.of(keys.asInt()) : OptionalInt.empty());
    } catch (IOException e) {
      return new Says("", "", OptionalInt.empty());
    }
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
