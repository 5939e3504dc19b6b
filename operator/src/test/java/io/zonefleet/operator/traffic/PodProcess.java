package io.zonefleet.operator.traffic;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A stand-in for an inference pod, in a process of its own so that it can be frozen and killed.
 * Speaks HTTP/2 without TLS and HTTP/1.1. Arguments: zone, address, port.
 *
 * <ul>
 *   <li>{@code GET /readyz}: 200, or 503 after {@code /control?ready=false}
 *   <li>{@code POST /predict?millis=N}: answers the body's length after N ms
 *   <li>{@code POST /stream?chunks=N&millis=M}: N server-sent events, one each M ms
 *   <li>{@code /control?ready=false|true}, {@code /control?refuse=503}: new requests get that
 *       status
 *   <li>{@code /started}: predictions and streams begun
 * </ul>
 */
final class PodProcess {
  private final Vertx vertx = Vertx.vertx();
  private final String zone;
  private final AtomicBoolean ready = new AtomicBoolean(true);

  /** The status that new requests get; 0 for none. */
  private final AtomicInteger refusal = new AtomicInteger();

  private final AtomicInteger started = new AtomicInteger();

  private PodProcess(String zone) {
    this.zone = zone;
  }

  public static void main(String[] args) {
    var pod = new PodProcess(args[0]);
    pod.vertx
        .createHttpServer(
            new HttpServerOptions().setHost(args[1]).setPort(Integer.parseInt(args[2])))
        .requestHandler(pod::answer)
        .listen()
        .onSuccess(server -> System.out.println("listening"))
        .onFailure(
            why -> {
              why.printStackTrace();
              System.exit(1);
            });
  }

  private void answer(HttpServerRequest request) {
    request.response().putHeader("x-zonefleet-zone", zone);
    switch (request.path()) {
      case "/readyz" -> request.response().setStatusCode(ready.get() ? 200 : 503).end();
      case "/started" -> request.response().end(Integer.toString(started.get()));
      case "/control" -> control(request);
      default -> {
        if (refusal.get() != 0) {
          request.response().setStatusCode(refusal.get()).end("refused");
        } else {
          started.incrementAndGet();
          work(request);
        }
      }
    }
  }

  private void control(HttpServerRequest request) {
    ready.set(!"false".equals(request.getParam("ready")));
    refusal.set(Integer.parseInt(request.getParam("refuse", "0")));
    request.response().end();
  }

  private void work(HttpServerRequest request) {
    var length = new AtomicLong();
    request.handler((Buffer part) -> length.addAndGet(part.length()));
    long millis = Long.parseLong(request.getParam("millis", "1"));
    if (request.path().equals("/stream")) {
      request.response().setChunked(true).putHeader("content-type", "text/event-stream");
      stream(request, Integer.parseInt(request.getParam("chunks")), millis);
    } else {
      request.endHandler(
          end ->
              vertx.setTimer(
                  Math.max(1, millis), timer -> request.response().end("" + length.get())));
    }
  }

  private void stream(HttpServerRequest request, int left, long millis) {
    if (left == 0) {
      request.response().end("data: [DONE]\n\n");
      return;
    }
    request.response().write("data: " + left + "\n\n");
    vertx.setTimer(millis, timer -> stream(request, left - 1, millis));
  }
}
