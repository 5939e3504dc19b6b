package io.zonefleet.inference.api;

import io.zonefleet.inference.engine.ContextLengthException;
import io.zonefleet.inference.engine.FinishReason;
import io.zonefleet.inference.engine.Generation;
import io.zonefleet.inference.engine.GenerationRequest;
import io.zonefleet.inference.engine.QueueFullException;
import io.zonefleet.inference.engine.Usage;
import io.zonefleet.inference.text.ReasoningSplitter;
import io.zonefleet.inference.text.ReasoningSplitter.Piece;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;

/** The one way from an HTTP request to the engine: admission, tokens, cancellation, metrics. */
@ApplicationScoped
class Generations {
  private final ModelServer server;
  private final Metrics metrics;

  @Inject
  Generations(ModelServer server, Metrics metrics) {
    this.server = server;
    this.metrics = metrics;
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
   * Submits a prompt; the generation is cancelled when the client goes away.
   *
   * @throws ApiException when it is refused
   */
  void submit(Exchange exchange, LoadedModel model, Ask ask, AnswerSink sink) {
    GenerationRequest request = request(model, ask);
    AnswerText text =
        new AnswerText(
            model.tokenizer().vocabulary(),
            ask.stops(),
            ReasoningSplitter.opensReasoning(ask.prompt()),
            counted(sink));
    Cancellation cancellation = new Cancellation();
    server.exchangeBegan();
    exchange.onEnd(server::exchangeEnded);
    exchange.onEnd(cancellation::cancel);
    try {
      cancellation.of(model.engine().submit(request, text));
    } catch (RuntimeException e) {
      throw refusal(e);
    }
  }

  private static GenerationRequest request(LoadedModel model, Ask ask) {
    int[] tokens = model.tokenizer().encode(ask.prompt());
    int context = model.engine().contextTokens();
    int room = context - tokens.length;
    if (room < 1 || (ask.strict() && ask.maxTokens().orElse(1) > room)) {
      throw tooLong(new ContextLengthException(context, tokens.length, ask.maxTokens().orElse(1)));
    }
    return new GenerationRequest(
        tokens,
        Math.min(ask.maxTokens().orElse(room), room),
        ask.sampling(),
        ask.ignoreEnd() ? Set.of() : model.config().endTokens());
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

  private AnswerSink counted(AnswerSink sink) {
    return new AnswerSink() {
      @Override
      public void pieces(List<Piece> pieces) {
        sink.pieces(pieces);
      }

      @Override
      public void end(FinishReason reason, Usage usage) {
        metrics.answered(reason, usage);
        sink.end(reason, usage);
      }

      @Override
      public void failed(RuntimeException cause) {
        metrics.refused("engine");
        sink.failed(cause);
      }
    };
  }
}
