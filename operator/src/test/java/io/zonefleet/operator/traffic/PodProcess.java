package io.zonefleet.operator.traffic;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A stand-in for an inference pod, in a process of its own so that it can be frozen and killed.
 * Speaks HTTP/2 without TLS and HTTP/1.1. Arguments: address, port. Ends when its input does, as
 * when the process of the tests ends.
 *
 * <ul>
 *   <li>{@code GET /readyz}: 200, or 503 after {@code /control?ready=false}
 *   <li>{@code POST /predict?millis=N}: answers the body's length after N ms
 *   <li>{@code POST /stream?chunks=N&millis=M}: N server-sent events, one each M ms
 *   <li>{@code /control?ready=false|true}, {@code /control?refuse=503}: new requests get that
 *       status
 *   <li>{@code /control?zone=NAME}: as if new, in that zone
 *   <li>{@code /started}: predictions and streams begun
 * </ul>
 */
final class PodProcess {
  private final Vertx vertx = Vertx.vertx();
  private final AtomicBoolean ready = new AtomicBoolean(true);

  /** The status that new requests get; 0 for none. */
  private final AtomicInteger refusal = new AtomicInteger();

  private final AtomicInteger started = new AtomicInteger();
  private volatile String zone = "";

  private PodProcess() {}

  public static void main(String[] args) throws IOException {
    var pod = new PodProcess();
    pod.vertx
        .createHttpServer(
            new HttpServerOptions().setHost(args[0]).setPort(Integer.parseInt(args[1])))
        .requestHandler(pod::answer)
        .listen()
        .onSuccess(server -> System.out.println("listening"))
        .onFailure(
            why -> {
              why.printStackTrace();
              System.exit(1);
            });
    System.in.read();
    System.exit(0);
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
    if (request.params().contains("zone")) {
      zone = request.getParam("zone");
      started.set(0);
    }
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
                  Math.max(1, millis),
                  timer -> {
                    if (!request.response().closed()) {
                      request.response().end("" + length.get());
                    }
                  }));
    }
  }

  private void stream(HttpServerRequest request, int left, long millis) {
    if (request.response().closed()) {
      return;
    }
    if (left == 0) {
      request.response().end("data: [DONE]\n\n");
      return;
    }
    request.response().write("data: " + left + "\n\n");
    vertx.setTimer(millis, timer -> stream(request, left - 1, millis));
  }
}
