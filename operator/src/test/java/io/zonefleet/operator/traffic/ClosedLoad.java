package io.zonefleet.operator.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Clients that send the next request when the last one was answered, until enough were. All run on
 * one event loop: threads that wait cost more than the gateway does.
 */
final class ClosedLoad {
  private final Envoy gateway;
  private final HttpClient http;
  private final Promise<Map<String, Integer>> result = Promise.promise();
  private final Map<String, Integer> byZone = new HashMap<>();
  private int toSend;
  private int toCome;

  private ClosedLoad(Envoy gateway, HttpClient http, int requests) {
    this.gateway = gateway;
    this.http = http;
    toSend = requests;
    toCome = requests;
  }

  /** How many requests each zone answered; none may fail. */
  static Map<String, Integer> run(Envoy gateway, int clients, int requests) throws Exception {
    var vertx = Vertx.vertx();
    try {
      var http = vertx.createHttpClient(new PoolOptions().setHttp1MaxSize(clients));
      var load = new ClosedLoad(gateway, http, requests);
      vertx.runOnContext(
          begin -> {
            for (int i = 0; i < clients; i++) {
              load.send();
            }
          });
      CompletableFuture<Map<String, Integer>> answered =
          load.result.future().toCompletionStage().toCompletableFuture();
      return answered.get(2, TimeUnit.MINUTES);
    } finally {
      vertx.close();
    }
  }

  private void send() {
    if (toSend == 0) {
      return;
    }
    toSend--;
    http.request(HttpMethod.GET, gateway.port, Envoy.ADDRESS, "/predict?millis=1")
        .compose(HttpClientRequest::send)
        .compose(answer -> answer.end().map(end -> zone(answer)))
        .onSuccess(this::answeredBy)
        .onFailure(result::tryFail);
  }

  private static String zone(HttpClientResponse answer) {
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.getHeader("x-zonefleet-zone");
  }

  private void answeredBy(String zone) {
    byZone.merge(zone, 1, Integer::sum);
    toCome--;
    if (toCome == 0) {
      result.complete(byZone);
    } else {
      send();
    }
  }
}
