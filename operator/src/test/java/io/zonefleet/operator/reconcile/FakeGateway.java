package io.zonefleet.operator.reconcile;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Answers as Envoy's monitor port does, on an address of its own; or, in the dark, not at all. */
final class FakeGateway implements AutoCloseable {
  private final HttpServer server;
  private final BooleanSupplier dark;

  /**
   * @param clusters body of {@code /clusters?format=json}
   */
  FakeGateway(String ip, int port, BooleanSupplier dark, Supplier<String> clusters) {
    this.dark = dark;
    try {
      server = HttpServer.create(new InetSocketAddress(ip, port), 0);
    } catch (IOException e) {
      throw new IllegalStateException("no gateway on " + ip + ":" + port, e);
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/clusters", exchange -> answer(exchange, clusters.get()));
    server.createContext(
        "/stats", exchange -> answer(exchange, "http.gateway.downstream_rq_total: 100\n"));
    server.start();
  }

  private void answer(HttpExchange exchange, String body) throws IOException {
    if (dark.getAsBoolean()) {
      // a black hole keeps the connection and says nothing
      return;
    }
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
