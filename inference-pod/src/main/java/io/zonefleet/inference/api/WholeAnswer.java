package io.zonefleet.inference.api;

import io.zonefleet.inference.engine.FinishReason;
import io.zonefleet.inference.engine.Usage;
import io.zonefleet.inference.text.ReasoningSplitter.Piece;
import java.util.List;
import java.util.function.Consumer;

/** Collects an answer and hands it over at its end, on the connection's event loop. */
final class WholeAnswer implements AnswerSink {
  /** An answer that is complete. */
  record Answer(String reasoning, String content, FinishReason reason, Usage usage) {}

  private final Exchange exchange;
  private final Consumer<Answer> done;
  private final Consumer<ApiException> failed;
  private final StringBuilder reasoning = new StringBuilder();
  private final StringBuilder content = new StringBuilder();

  WholeAnswer(Exchange exchange, Consumer<Answer> done, Consumer<ApiException> failed) {
    this.exchange = exchange;
    this.done = done;
    this.failed = failed;
  }

  @Override
  public void pieces(List<Piece> pieces) {
    for (Piece piece : pieces) {
      (piece.reasoning() ? reasoning : content).append(piece.text());
    }
  }

  @Override
  public void end(FinishReason reason, Usage usage) {
    Answer answer = new Answer(reasoning.toString(), content.toString(), reason, usage);
    exchange.run(() -> done.accept(answer));
  }

  @Override
  public void failed(RuntimeException cause) {
    ApiException refusal = ApiException.ofFailure(cause);
    exchange.run(() -> failed.accept(refusal));
  }
}
