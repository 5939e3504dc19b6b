package io.zonefleet.operator.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zonefleet.operator.traffic.EnvoyResources;
import io.zonefleet.operator.zones.EndpointHealth;
import io.zonefleet.operator.zones.GatewayReport;
import io.zonefleet.operator.zones.RequestCounters;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Reads what a gateway sees from its read-only monitor port. Nothing blocks: gateways of a dark
 * zone run into their own time-outs while the others answer.
 */
public final class GatewayAdmin implements AutoCloseable {
  /** Where every gateway pod shows its health and statistics. */
  public static final int MONITOR_PORT = 9902;

  private static final String TOTAL = "http.gateway.downstream_rq_total";
  private static final String FAILED = "http.gateway.downstream_rq_5xx";
  private static final String RETRIED = "cluster.inference.upstream_rq_retry";
  private static final String COUNTERS =
      "/stats?filter=%5E(http.gateway.downstream_rq_(total%7C5xx)"
          + "%7Ccluster.inference.upstream_rq_retry)$";

  private final ObjectMapper json = new ObjectMapper();
  private final int port;
  private final HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .executor(Executors.newVirtualThreadPerTaskExecutor())
          .build();

  public GatewayAdmin() {
    this(MONITOR_PORT);
  }

  /**
   * @param port where gateways show what they see
   */
  public GatewayAdmin(int port) {
    this.port = port;
  }

  /**
   * What this gateway sees now.
   *
   * @param pod name of the gateway pod
   * @param zone that it runs in
   * @param ip address of the pod
   * @param timeout for the whole answer, above 0
   * @return never fails: a gateway that does not answer in time, or not as Envoy does, is {@link
   *     GatewayReport#unreachable}, and one that refuses the connection {@link
   *     GatewayReport#closed}
   */
  public CompletableFuture<GatewayReport> read(
      String pod, String zone, String ip, Duration timeout) {
    var clusters = get(ip, "/clusters?format=json", timeout);
    var counters = get(ip, COUNTERS, timeout);
    return clusters
        .thenCombine(
            counters, (c, s) -> new GatewayReport(pod, zone, endpoints(c), requestCounters(s)))
        .completeOnTimeout(
            GatewayReport.unreachable(pod, zone), timeout.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionally(
            e ->
                isRefused(e)
                    ? GatewayReport.closed(pod, zone)
                    : GatewayReport.unreachable(pod, zone));
  }

  /** A host or network that cannot be reached is a ConnectException to the client as well. */
  private static boolean isRefused(Throwable completion) {
    if (!(completion.getCause() instanceof ConnectException)) {
      return false;
    }
    for (var e = completion.getCause(); e != null; e = e.getCause()) {
      if (e instanceof SocketException && !(e instanceof ConnectException)) {
        return false;
      }
    }
    return true;
  }

  private CompletableFuture<String> get(String ip, String path, Duration timeout) {
    var host = ip.contains(":") ? "[" + ip + "]" : ip;
    var request =
        HttpRequest.newBuilder(URI.create("http://" + host + ":" + port + path))
            .timeout(timeout)
            .build();
    return client
        .sendAsync(request, BodyHandlers.ofString())
        .thenApply(
            answer -> {
              if (answer.statusCode() != 200) {
                throw new IllegalStateException(path + " answered " + answer.statusCode());
              }
              return answer.body();
            });
  }

  private Map<String, EndpointHealth> endpoints(String body) {
    var endpoints = new HashMap<String, EndpointHealth>();
    for (var cluster : parse(body).path("cluster_statuses")) {
      if (cluster.path("name").asText().equals(EnvoyResources.CLUSTER)) {
        for (var host : cluster.path("host_statuses")) {
          var address = host.path("address").path("socket_address");
          endpoints.put(
              address.path("address").asText() + ":" + address.path("port_value").asInt(),
              health(host));
        }
      }
    }
    return endpoints;
  }

  /** Flags that do not hold are left out by Envoy. */
  private static EndpointHealth health(JsonNode host) {
    var status = host.path("health_status");
    boolean failed = status.path("failed_active_health_check").asBoolean();
    boolean pending = status.path("pending_active_hc").asBoolean();
    boolean ejected = status.path("failed_outlier_check").asBoolean();
    boolean told = status.path("eds_health_status").asText("HEALTHY").equals("HEALTHY");
    return new EndpointHealth(
        host.path("locality").path("zone").asText(),
        told && !ejected && !failed && !pending,
        failed,
        pending,
        status.path("active_hc_timeout").asBoolean(),
        running(host));
  }

  /** A gauge of 0 has no value. */
  private static int running(JsonNode host) {
    for (var stat : host.path("stats")) {
      if (stat.path("name").asText().equals("rq_active")) {
        return stat.path("value").asInt();
      }
    }
    return 0;
  }

  private JsonNode parse(String body) {
    try {
      return json.readTree(body);
    } catch (IOException e) {
      throw new IllegalStateException("a gateway's answer is no JSON", e);
    }
  }

  /** Lines {@code name: value}; a counter that was never touched is left out. */
  private static RequestCounters requestCounters(String lines) {
    var values = new HashMap<String, Long>();
    lines
        .lines()
        .map(line -> line.split(": ", 2))
        .filter(parts -> parts.length == 2)
        .forEach(parts -> values.put(parts[0], Long.parseLong(parts[1].strip())));
    return new RequestCounters(
        values.getOrDefault(TOTAL, 0L),
        values.getOrDefault(FAILED, 0L),
        values.getOrDefault(RETRIED, 0L));
  }

  @Override
  public void close() {
    client.shutdownNow();
  }
}
