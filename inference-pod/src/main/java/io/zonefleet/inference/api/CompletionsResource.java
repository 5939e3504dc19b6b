package io.zonefleet.inference.api;

import io.vertx.ext.web.Router;
import io.zonefleet.inference.text.ReasoningSplitter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.Executor;

/** {@code POST /v1/chat/completions} and {@code POST /v1/completions}, streaming or not. */
@ApplicationScoped
class CompletionsResource {
  /** Whoever sends one of these means the other endpoint, and would get an answer to nothing. */
  private static final List<String> CHAT_ONLY =
      List.of("messages", "tools", "tool_choice", "functions", "function_call");

  private final Generations generations;
  private final PodConfig config;
  private final Compilations compilations = new Compilations();

  @Inject
  CompletionsResource(Generations generations, PodConfig config) {
    this.generations = generations;
    this.config = config;
  }

  void routes(@Observes Router router) {
    Routes.post(router, "/v1/chat/completions", config, this::chat, Exchange::refuse);
    Routes.post(router, "/v1/completions", config, this::complete, Exchange::refuse);
  }

  private void chat(Exchange exchange) {
    Fields fields = new Fields(exchange.json());
    LoadedModel model = generations.model();
    CompletionParameters parameters = CompletionParameters.of(fields, model, true);
    String prompt = model.template().render(Messages.of(fields), parameters.tools().definitions());
    answer(exchange, model, prompt, parameters, true);
  }

  private void complete(Exchange exchange) {
    Fields fields = new Fields(exchange.json());
    LoadedModel model = generations.model();
    for (String chatOnly : CHAT_ONLY) {
      if (fields.present(chatOnly) != null) {
        throw ApiException.invalid(
            400,
            chatOnly,
            "unsupported_parameter",
            chatOnly + " is a field of /v1/chat/completions; /v1/completions does not take it.");
      }
    }
    CompletionParameters parameters = CompletionParameters.of(fields, model, false);
    answer(exchange, model, fields.text("prompt"), parameters, false);
  }

  private void answer(
      Exchange exchange,
      LoadedModel model,
      String prompt,
      CompletionParameters parameters,
      boolean chat) {
    boolean reasoning = ReasoningSplitter.opensReasoning(prompt);
    Ask ask =
        parameters.ask(
            prompt,
            parameters.form().map(form -> compilations.compile(model, form, reasoning)),
            model.template().toolFormat());
    CompletionFormat format =
        new CompletionFormat(
            chat,
            model.name(),
            model.tokenizer().vocabulary(),
            ask.choices(),
            parameters.stream() && parameters.includeUsage());
    Executor loop = exchange.loop(model.outbox());
    if (!parameters.stream()) {
      generations.submit(
          exchange,
          model,
          ask,
          new WholeAnswer(
              loop,
              ask.choices(),
              answers -> exchange.answer(200, format.whole(answers)),
              exchange::refuse));
      return;
    }
    EventStream events =
        new EventStream(
            exchange, loop, format, ask.choices(), parameters.includeUsage(), config.keepAlive());
    try {
      generations.submit(exchange, model, ask, events);
    } catch (RuntimeException e) {
      events.stopTimer();
      throw e;
    }
  }
}
