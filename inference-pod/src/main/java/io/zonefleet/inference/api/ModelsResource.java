package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;

/** {@code GET /v1/models} and {@code GET /v1/models/{name}}. */
@ApplicationScoped
class ModelsResource {
  private final Generations generations;
  private final long created = System.currentTimeMillis() / 1000;

  @Inject
  ModelsResource(Generations generations) {
    this.generations = generations;
  }

  void routes(@Observes Router router) {
    router.get("/v1/models").handler(routing -> answer(routing, this::list));
    router.get("/v1/models/*").handler(routing -> answer(routing, this::one));
  }

  private interface Handler {
    ObjectNode answer(LoadedModel model, String path);
  }

  private void answer(RoutingContext routing, Handler handler) {
    Exchange exchange = new Exchange(routing);
    try {
      exchange.answer(200, handler.answer(generations.model(), routing.normalizedPath()));
    } catch (ApiException e) {
      exchange.refuse(e);
    }
  }

  private ObjectNode list(LoadedModel model, String path) {
    ObjectNode root = Json.object().put("object", "list");
    root.putArray("data").add(describe(model));
    return root;
  }

  private ObjectNode one(LoadedModel model, String path) {
    check(path.substring("/v1/models/".length()), model);
    return describe(model);
  }

  /**
   * @throws ApiException with status 404 when a request names another model
   */
  static void check(String name, LoadedModel model) {
    if (!name.equals(model.name())) {
      throw ApiException.invalid(
          404,
          "model",
          "model_not_found",
          "The model `" + name + "` does not exist; this server has `" + model.name() + "`.");
    }
  }

  private ObjectNode describe(LoadedModel model) {
    return Json.object()
        .put("id", model.name())
        .put("object", "model")
        .put("created", created)
        .put("owned_by", "zonefleet")
        .put("root", model.revision())
        .put("max_model_len", model.engine().contextTokens());
  }
}
