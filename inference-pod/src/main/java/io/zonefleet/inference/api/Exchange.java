package io.zonefleet.inference.api;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/** One request being answered; knows how to write to it from any thread. */
final class Exchange {
  private static final String CLIENT = "zonefleet.client";
  private static final String RECORD = "zonefleet.record";

  private final RoutingContext routing;
  private final HttpServerResponse response;
  private final Context context;

  Exchange(RoutingContext routing) {
    this.routing = routing;
    this.response = routing.response();
    this.context = routing.vertx().getOrCreateContext();
  }

  Vertx vertx() {
    return routing.vertx();
  }

  /** Notes whose API key a request brought. */
  static void identify(RoutingContext routing, String client) {
    routing.put(CLIENT, client);
    recordOf(routing).ifPresent(record -> record.client(client));
  }

  /** Notes what becomes of a request. */
  static void record(RoutingContext routing, RequestRecord record) {
    routing.put(RECORD, record);
  }

  private static Optional<RequestRecord> recordOf(RoutingContext routing) {
    return Optional.ofNullable(routing.get(RECORD));
  }

  /** Where to note what becomes of the request; every request that generates has one. */
  RequestRecord record() {
    return recordOf(routing).orElseThrow();
  }

  /**
   * Whom the request is for, so that one client's many requests do not keep others waiting: the
   * name of the API key's owner, else the unchecked key, else the address that a gateway saw, else
   * the peer's. Nothing is granted by it.
   */
  String client() {
    String known = routing.get(CLIENT);
    if (known != null) {
      return "client " + known;
    }
    HttpServerRequest request = routing.request();
    String key = request.getHeader("authorization");
    if (key != null) {
      return "key " + key.hashCode();
    }
    String forwarded = request.getHeader("x-forwarded-for");
    if (forwarded != null) {
      return "address " + forwarded.substring(forwarded.lastIndexOf(',') + 1).strip();
    }
    return "address " + request.remoteAddress().hostAddress();
  }

  /** The body as JSON. */
  JsonNode json() {
    Buffer body = routing.body().buffer();
    if (body == null || body.length() == 0) {
      throw ApiException.invalid(null, "The request has no body; a JSON object is needed.");
    }
    try {
      JsonNode node = Json.MAPPER.readTree(body.getBytes());
      if (!node.isObject()) {
        throw ApiException.invalid(null, "The request's body must be a JSON object.");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw ApiException.invalid(null, "The request's body is not JSON" + where(e) + ".");
    } catch (IOException e) {
      throw ApiException.invalid(null, "The request's body is not JSON.");
    }
  }

  /** Where the body is ill-formed, without a word of it. */
  private static String where(JsonProcessingException e) {
    JsonLocation at = e.getLocation();
    return at == null ? "" : ", from line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  /** The connection's event loop, for those who hear of tokens. */
  Executor loop(Outbox outbox) {
    return outbox.towards(context);
  }

  /** Runs on the connection's event loop. */
  void run(Runnable action) {
    context.runOnContext(ignored -> action.run());
  }

  /**
   * Runs {@code action} once, when the answer is complete or the client is gone. To be called
   * before another thread may write.
   */
  void onEnd(Runnable action) {
    AtomicBoolean ended = new AtomicBoolean();
    Runnable once =
        () -> {
          if (ended.compareAndSet(false, true)) {
            action.run();
          }
        };
    routing.addEndHandler(ignored -> once.run());
    // a client that left before the handler was in place is not reported to it
    if (!open()) {
      once.run();
    }
  }

  boolean open() {
    return !response.ended() && !response.closed();
  }

  void answer(int status, JsonNode body) {
    if (!open()) {
      return;
    }
    response
        .setStatusCode(status)
        .putHeader("content-type", "application/json")
        .end(Buffer.buffer(Json.bytes(body)));
  }

  void refuse(ApiException refusal) {
    refuse(refusal, refusal.body());
  }

  void refuse(ApiException refusal, JsonNode body) {
    if (!open()) {
      return;
    }
    recordOf(routing).ifPresent(record -> record.refused(refusal.code()));
    refusal
        .retryAfterSeconds()
        .ifPresent(seconds -> response.putHeader("retry-after", String.valueOf(seconds)));
    answer(refusal.status(), body);
  }

  void write(String text) {
    if (open()) {
      response.write(Buffer.buffer(text.getBytes(StandardCharsets.UTF_8)));
    }
  }

  void beginEvents() {
    response
        .setChunked(true)
        .putHeader("content-type", "text/event-stream; charset=utf-8")
        .putHeader("cache-control", "no-cache")
        .putHeader("x-accel-buffering", "no");
  }

  void end() {
    if (open()) {
      response.end();
    }
  }
}
