package io.zonefleet.inference.api;

import io.zonefleet.inference.engine.FinishReason;
import io.zonefleet.inference.engine.TokenListener;
import io.zonefleet.inference.engine.TokenLogprobs;
import io.zonefleet.inference.engine.Usage;
import io.zonefleet.inference.text.Detokenizer;
import io.zonefleet.inference.text.Part;
import io.zonefleet.inference.text.ReasoningSplitter;
import io.zonefleet.inference.text.ReasoningSplitter.Piece;
import io.zonefleet.inference.text.StopStrings;
import io.zonefleet.inference.text.ToolCallParser;
import io.zonefleet.inference.text.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Tokens in, text out: characters are whole, stop strings end it, reasoning and calls are told
 * apart.
 */
final class AnswerText implements TokenListener {
  private final Detokenizer detokenizer;
  private final StopStrings stops;
  private final ReasoningSplitter splitter;
  private final Optional<ToolCallParser> calls;
  private final AnswerSink sink;

  AnswerText(Vocabulary vocabulary, Ask ask, AnswerSink sink) {
    boolean inside = ReasoningSplitter.opensReasoning(ask.prompt());
    this.detokenizer = new Detokenizer(vocabulary);
    this.stops = new StopStrings(ask.stops());
    this.splitter =
        inside || ask.shape().constraint().isEmpty()
            ? new ReasoningSplitter(inside)
            // the first token is of the answer already, and its text may hold any tag
            : ReasoningSplitter.withoutReasoning();
    this.calls =
        ask.shape()
            .tools()
            .map(format -> new ToolCallParser(format, ask.shape().several(), AnswerText::callId));
    this.sink = sink;
  }

  private static String callId() {
    return "call_" + UUID.randomUUID().toString().replace("-", "").substring(0, 24);
  }

  @Override
  public boolean token(int token) {
    tell(parts(splitter.next(stops.next(detokenizer.next(token)))));
    return !stops.stopped() && !calls.map(ToolCallParser::done).orElse(false);
  }

  @Override
  public void logprobs(TokenLogprobs logprobs) {
    sink.logprobs(logprobs);
  }

  @Override
  public void end(FinishReason reason, Usage usage) {
    List<Piece> rest = new ArrayList<>();
    if (!stops.stopped()) {
      rest.addAll(splitter.next(stops.next(detokenizer.end()) + stops.end()));
    }
    rest.addAll(splitter.end());
    List<Part> parts = parts(rest);
    calls.ifPresent(parser -> parts.addAll(parser.end()));
    tell(parts);
    sink.end(reason, usage);
  }

  @Override
  public void failed(RuntimeException cause) {
    sink.failed(cause);
  }

  private List<Part> parts(List<Piece> pieces) {
    List<Part> parts = new ArrayList<>();
    for (Piece piece : pieces) {
      if (piece.reasoning() || calls.isEmpty()) {
        parts.add(piece);
      } else {
        parts.addAll(calls.get().next(piece.text()));
      }
    }
    return parts;
  }

  private void tell(List<Part> parts) {
    if (!parts.isEmpty()) {
      sink.parts(parts);
    }
  }
}
