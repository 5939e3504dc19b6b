package io.zonefleet.operator.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients that send the next request when the last one was answered, until enough were. */
final class ClosedLoad {
  private ClosedLoad() {}

  /** How many requests each zone answered; none may fail. */
  static Map<String, Integer> run(Envoy gateway, int clients, int requests) throws Exception {
    var byZone = new ConcurrentHashMap<String, Integer>();
    var left = new AtomicInteger(requests);
    var request =
        HttpRequest.newBuilder(
                URI.create("http://" + Envoy.ADDRESS + ":" + gateway.port + "/predict?millis=1"))
            .build();
    try (var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var done =
          java.util.stream.IntStream.range(0, clients)
              .mapToObj(
                  i ->
                      threads.submit(
                          () -> {
                            while (left.getAndDecrement() > 0) {
                              var answer = http.send(request, BodyHandlers.discarding());
                              assertThat(answer.statusCode()).isEqualTo(200);
                              byZone.merge(
                                  answer.headers().firstValue("x-zonefleet-zone").orElseThrow(),
                                  1,
                                  Integer::sum);
                            }
                            return null;
                          }))
              .toList();
      for (var client : done) {
        client.get();
      }
    }
    return byZone;
  }
}
