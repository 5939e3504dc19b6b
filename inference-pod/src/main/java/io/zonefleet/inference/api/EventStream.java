package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zonefleet.inference.engine.FinishReason;
import io.zonefleet.inference.engine.Usage;
import io.zonefleet.inference.text.ReasoningSplitter.Piece;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Streams an answer as server-sent events. The first byte goes out with the first text: until then
 * a gateway may still replay the request elsewhere. While nothing is generated for long, comments
 * keep the connection alive.
 */
final class EventStream implements AnswerSink {
  /** How an endpoint spells its chunks. */
  interface Format {
    /** The chunk before all others, if the format has one. */
    Optional<ObjectNode> first();

    ObjectNode piece(Piece piece);

    ObjectNode last(FinishReason reason);

    ObjectNode usage(Usage usage);
  }

  private final Exchange exchange;
  private final Format format;
  private final boolean includeUsage;
  private final long timer;
  private boolean begun;
  private boolean wrote;

  EventStream(Exchange exchange, Format format, boolean includeUsage, Duration keepAlive) {
    this.exchange = exchange;
    this.format = format;
    this.includeUsage = includeUsage;
    this.timer =
        exchange
            .vertx()
            .setPeriodic(keepAlive.toMillis(), ignored -> exchange.run(this::keepAlive));
    exchange.onEnd(this::stopTimer);
  }

  /** For a request that was refused after all. */
  void stopTimer() {
    exchange.vertx().cancelTimer(timer);
  }

  private void keepAlive() {
    if (!wrote && exchange.open()) {
      begin();
      exchange.write(": keep-alive\n\n");
    }
    wrote = false;
  }

  private void begin() {
    if (!begun) {
      begun = true;
      exchange.beginEvents();
      format.first().ifPresent(this::event);
    }
  }

  private void event(ObjectNode chunk) {
    wrote = true;
    exchange.write("data: " + Json.text(chunk) + "\n\n");
  }

  @Override
  public void pieces(List<Piece> pieces) {
    exchange.run(
        () -> {
          begin();
          pieces.forEach(piece -> event(format.piece(piece)));
        });
  }

  @Override
  public void end(FinishReason reason, Usage usage) {
    exchange.run(
        () -> {
          begin();
          event(format.last(reason));
          if (includeUsage) {
            event(format.usage(usage));
          }
          exchange.write("data: [DONE]\n\n");
          exchange.end();
        });
  }

  @Override
  public void failed(RuntimeException cause) {
    exchange.run(
        () -> {
          ApiException failure = ApiException.ofFailure(cause);
          if (!begun) {
            exchange.refuse(failure);
            return;
          }
          event(failure.body());
          exchange.end();
        });
  }
}
