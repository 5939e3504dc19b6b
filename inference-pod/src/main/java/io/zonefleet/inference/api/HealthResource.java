package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;

/**
 * {@code /healthz} while the process lives, {@code /readyz} when it takes requests. Both are
 * answered on the event loop, so they stay quick under any load.
 */
@ApplicationScoped
class HealthResource {
  private final ModelServer server;
  private final PodConfig config;

  @Inject
  HealthResource(ModelServer server, PodConfig config) {
    this.server = server;
    this.config = config;
  }

  void routes(@Observes Router router) {
    router
        .get("/healthz")
        .handler(routing -> new Exchange(routing).answer(200, Json.object().put("status", "ok")));
    router.get("/readyz").handler(routing -> ready(new Exchange(routing)));
  }

  private void ready(Exchange exchange) {
    switch (server.state()) {
      case ModelState.Serving serving -> ready(exchange, serving.model());
      case ModelState.Draining ignored ->
          exchange.answer(503, not("draining", "SIGTERM came; what was accepted is finished"));
      case ModelState.Loading loading -> exchange.answer(503, not("loading", loading.reason()));
      case ModelState.Failed failed -> exchange.answer(503, not("failed", failed.reason()));
    }
  }

  private void ready(Exchange exchange, LoadedModel model) {
    Duration stalled = model.engine().load().stalled();
    if (stalled.compareTo(config.stallTimeout()) > 0) {
      exchange.answer(
          503, not("stalled", "the engine made no progress for " + stalled.toSeconds() + " s"));
      return;
    }
    exchange.answer(
        200,
        Json.object()
            .put("status", "ready")
            .put("model", model.name())
            .put("revision", model.revision())
            .put("digest", model.digest())
            .put("zone", config.zone())
            .put("pod", config.pod())
            .put("provider", model.device().name()));
  }

  private static ObjectNode not(String status, String reason) {
    return Json.object().put("status", status).put("reason", reason);
  }
}
