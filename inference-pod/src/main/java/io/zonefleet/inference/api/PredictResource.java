package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.ext.web.Router;
import io.zonefleet.inference.text.Message;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.List;

/** {@code POST /predict}: {@code {"text": …}} in, {@code {"result": …}} out, without reasoning. */
@ApplicationScoped
class PredictResource {
  private final Generations generations;
  private final PodConfig config;

  @Inject
  PredictResource(Generations generations, PodConfig config) {
    this.generations = generations;
    this.config = config;
  }

  void routes(@Observes Router router) {
    Routes.post(router, "/predict", config, this::predict, PredictResource::refuse);
  }

  private void predict(Exchange exchange) {
    String text = text(exchange);
    LoadedModel model = generations.model();
    String prompt = model.template().render(List.of(new Message("user", text)));
    generations.submit(
        exchange,
        model,
        Ask.greedy(prompt, config.predictTokens()),
        new WholeAnswer(
            exchange.loop(model.outbox()),
            1,
            answers ->
                exchange.answer(200, Json.object().put("result", answers.getFirst().content())),
            refusal -> refuse(exchange, refusal)));
  }

  private static String text(Exchange exchange) {
    JsonNode text;
    try {
      text = exchange.json().path("text");
    } catch (ApiException e) {
      throw missing();
    }
    if (!text.isTextual() || text.asText().isBlank()) {
      throw missing();
    }
    return text.asText();
  }

  private static ApiException missing() {
    return ApiException.invalid("text", "Missing text input");
  }

  /** This endpoint's errors are plain sentences. */
  private static void refuse(Exchange exchange, ApiException refusal) {
    exchange.refuse(refusal, Json.object().put("error", refusal.getMessage()));
  }
}
