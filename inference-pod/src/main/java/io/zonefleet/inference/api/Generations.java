package io.zonefleet.inference.api;

import io.zonefleet.inference.engine.ContextLengthException;
import io.zonefleet.inference.engine.Engine;
import io.zonefleet.inference.engine.Generation;
import io.zonefleet.inference.engine.GenerationRequest;
import io.zonefleet.inference.engine.QueueFullException;
import io.zonefleet.inference.text.ReasoningSplitter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The one way from an HTTP request to the engine: admission, tokens, cancellation, metrics. */
@ApplicationScoped
class Generations {
  private final ModelServer server;
  private final Metrics metrics;
  private final PodConfig config;

  @Inject
  Generations(ModelServer server, Metrics metrics, PodConfig config) {
    this.server = server;
    this.metrics = metrics;
    this.config = config;
  }

  /**
   * The model that takes new requests.
   *
   * @throws ApiException with status 503 while loading or draining
   */
  LoadedModel model() {
    return switch (server.state()) {
      case ModelState.Serving serving -> serving.model();
      case ModelState.Draining draining when draining.accepting() -> draining.model();
      case ModelState.Draining ignored ->
          throw unavailable("draining", "The server is going away; ask again.");
      case ModelState.Loading loading ->
          throw unavailable("loading", "The server is not ready: " + loading.reason() + ".");
      case ModelState.Failed failed -> throw unavailable("failed", failed.reason());
    };
  }

  private ApiException unavailable(String code, String message) {
    metrics.refused(code);
    return ApiException.later(503, code, 1, message);
  }

  /**
   * Submits a prompt, once for each answer that is asked for; the generations are cancelled when
   * the client goes away.
   *
   * @throws ApiException when it is refused
   */
  void submit(Exchange exchange, LoadedModel model, Ask ask, AnswerSinks sinks) {
    int[] prompt = tokens(model, ask);
    RequestRecord record = exchange.record();
    List<Engine.Job> jobs = new ArrayList<>();
    for (int choice = 0; choice < ask.choices(); choice++) {
      AnswerText text = new AnswerText(model.tokenizer().vocabulary(), ask, sinks.choice(choice));
      GenerationRequest request =
          request(model, ask, prompt, choice)
              .from(exchange.client(), Optional.of(config.queueTimeout()));
      jobs.add(new Engine.Job(request, new MeasuredTokens(text, metrics, record)));
    }
    Cancellation cancellation = new Cancellation();
    server.exchangeBegan();
    exchange.onEnd(server::exchangeEnded);
    exchange.onEnd(cancellation::cancel);
    record.generates(model.name(), ask);
    metrics.asked(ask);
    try {
      cancellation.of(model.engine().submit(jobs));
    } catch (RuntimeException e) {
      record.withdrawn();
      throw refusal(e);
    }
  }

  /** The prompt's tokens, of which there are fewer than the context has room for. */
  private static int[] tokens(LoadedModel model, Ask ask) {
    int[] tokens = model.tokenizer().encode(ask.prompt());
    int context = model.engine().contextTokens();
    int room = context - tokens.length;
    if (room < 1 || (ask.strict() && ask.maxTokens().orElse(1) > room)) {
      throw tooLong(new ContextLengthException(context, tokens.length, ask.maxTokens().orElse(1)));
    }
    return tokens;
  }

  private static GenerationRequest request(LoadedModel model, Ask ask, int[] prompt, int choice) {
    int room = model.engine().contextTokens() - prompt.length;
    Set<Integer> ends = new HashSet<>(ask.stopTokens());
    if (!ask.ignoreEnd()) {
      ends.addAll(model.config().endTokens());
    }
    int most = Math.min(ask.maxTokens().orElse(room), room);
    GenerationRequest request =
        new GenerationRequest(prompt, most, ask.sampling().choice(choice), ends)
            .withLogprobs(ask.logprobs());
    Shape shape = ask.shape();
    boolean reasoning = ReasoningSplitter.opensReasoning(ask.prompt());
    return model
        .constraints()
        .begin(shape.constraint(), reasoning, shape.mostReasoning(), most, ends)
        .map(request::constrained)
        .orElse(request);
  }

  /** The client may go away before there is a generation to cancel. */
  private static final class Cancellation {
    private Generation generation;
    private boolean gone;

    synchronized void of(Generation submitted) {
      generation = submitted;
      if (gone) {
        submitted.cancel();
      }
    }

    synchronized void cancel() {
      gone = true;
      if (generation != null) {
        generation.cancel();
      }
    }
  }

  private ApiException refusal(RuntimeException e) {
    return switch (e) {
      case QueueFullException full -> {
        metrics.refused("queue_full");
        yield ApiException.later(429, "queue_full", 1, "The server is busy: " + full.getMessage());
      }
      case ContextLengthException length -> tooLong(length);
      default -> {
        metrics.refused("engine");
        yield ApiException.ofFailure(e);
      }
    };
  }

  private static ApiException tooLong(ContextLengthException e) {
    return ApiException.invalid(400, "messages", "context_length_exceeded", e.getMessage());
  }
}
