package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

/**
 * {@code /healthz} while the process is worth keeping, {@code /readyz} when it takes requests. Both
 * are answered on the event loop, so they stay quick under any load.
 */
@ApplicationScoped
class HealthResource {
  private final ModelServer server;
  private final Authentication authentication;
  private final PodConfig config;

  @Inject
  HealthResource(ModelServer server, Authentication authentication, PodConfig config) {
    this.server = server;
    this.authentication = authentication;
    this.config = config;
  }

  void routes(@Observes Router router) {
    router
        .get("/healthz")
        .handler(
            routing -> {
              Health health = Health.live(server.state(), config.hangTimeout());
              new Exchange(routing).answer(health.httpStatus(), health.body());
            });
    router.get("/readyz").handler(routing -> ready(new Exchange(routing)));
  }

  private void ready(Exchange exchange) {
    ModelState state = server.state();
    Health health = Health.ready(state, config.stallTimeout());
    ObjectNode body = health.body();
    if (health.ok() && state instanceof ModelState.Serving(LoadedModel model)) {
      body.put("model", model.name())
          .put("revision", model.revision())
          .put("digest", model.digest())
          .put("zone", config.zone())
          .put("pod", config.pod())
          .put("provider", model.device().name());
      // the operator does not read the keys' Secret; this is how it learns that it is missing
      authentication.keys().ifPresent(count -> body.put("apiKeys", count));
    }
    exchange.answer(health.httpStatus(), body);
  }
}
