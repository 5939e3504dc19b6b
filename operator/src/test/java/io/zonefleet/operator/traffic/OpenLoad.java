package io.zonefleet.operator.traffic;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Sends requests at a fixed rate, whether or not earlier ones were answered. */
final class OpenLoad implements AutoCloseable {
  /**
   * One request.
   *
   * @param sentNanos {@link System#nanoTime} when it was due
   * @param status HTTP status, 0 when the connection failed or nothing came in 15 s
   * @param zone that answered, empty when none did
   */
  record Shot(long sentNanos, long millis, int status, String zone) {
    boolean failed() {
      return status != 200;
    }

    long answeredNanos() {
      return sentNanos + TimeUnit.MILLISECONDS.toNanos(millis);
    }
  }

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
  private final Queue<Shot> shots = new ConcurrentLinkedQueue<>();
  private final Queue<CompletableFuture<?>> pending = new ConcurrentLinkedQueue<>();
  private final HttpRequest request;

  private OpenLoad(URI uri) {
    request =
        HttpRequest.newBuilder(uri)
            .timeout(Duration.ofSeconds(15))
            .POST(BodyPublishers.ofString("{\"text\": \"hello\"}"))
            .build();
  }

  /** Begins at once: {@code perSecond} requests a second that take {@code millis} ms in a pod. */
  static OpenLoad start(Envoy gateway, int perSecond, int millis) {
    return start(gateway, perSecond, "/predict?millis=" + millis);
  }

  static OpenLoad start(Envoy gateway, int perSecond, String path) {
    var load = new OpenLoad(URI.create("http://" + Envoy.ADDRESS + ":" + gateway.port + path));
    load.clock.scheduleAtFixedRate(load::fire, 0, 1_000_000 / perSecond, TimeUnit.MICROSECONDS);
    return load;
  }

  private void fire() {
    long sent = System.nanoTime();
    pending.add(
        client
            .sendAsync(request, BodyHandlers.ofString())
            .handle(
                (answer, error) ->
                    shots.add(
                        new Shot(
                            sent,
                            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sent),
                            error == null ? answer.statusCode() : 0,
                            error == null
                                ? answer.headers().firstValue("x-zonefleet-zone").orElse("")
                                : ""))));
  }

  /** Returns after this many more requests were answered or failed. */
  void awaitAnswers(int more) throws InterruptedException {
    int target = shots.size() + more;
    Eventually.holds(
        Duration.ofSeconds(40), () -> more + " more answers", () -> shots.size() >= target);
  }

  /** Requests sent and not yet answered. */
  long inFlight() {
    return pending.stream().filter(f -> !f.isDone()).count();
  }

  Map<String, Long> answersByZone() {
    return shots.stream().collect(Collectors.groupingBy(Shot::zone, Collectors.counting()));
  }

  /** Stops sending, waits for what is in flight, prints the figures under a title. */
  Result finish(String title) {
    clock.shutdownNow();
    CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new)).join();
    var result = new Result(List.copyOf(shots));
    System.out.println(title + ": " + result);
    return result;
  }

  /** What came of a load. */
  record Result(List<Shot> shots) {
    long failed() {
      return shots.stream().filter(Shot::failed).count();
    }

    long slowestMillis() {
      return shots.stream().mapToLong(Shot::millis).max().orElse(0);
    }

    /** From {@code nanos} until the last answer of the zone; below 0 when none came after. */
    long lastAnswerMillis(String zone, long nanos) {
      return shots.stream()
          .filter(s -> s.zone().equals(zone))
          .mapToLong(s -> TimeUnit.NANOSECONDS.toMillis(s.answeredNanos() - nanos))
          .max()
          .orElse(-1);
    }

    Map<String, Long> byZone() {
      return shots.stream().collect(Collectors.groupingBy(Shot::zone, Collectors.counting()));
    }

    @Override
    public String toString() {
      var statuses =
          shots.stream()
              .filter(Shot::failed)
              .collect(Collectors.groupingBy(Shot::status, Collectors.counting()));
      return "%d requests, %d failed %s, slowest %d ms, by zone %s"
          .formatted(shots.size(), failed(), statuses, slowestMillis(), byZone());
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    client.shutdownNow();
  }
}
