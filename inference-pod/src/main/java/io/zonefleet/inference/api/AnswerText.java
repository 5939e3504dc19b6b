package io.zonefleet.inference.api;

import io.zonefleet.inference.engine.FinishReason;
import io.zonefleet.inference.engine.TokenListener;
import io.zonefleet.inference.engine.TokenLogprobs;
import io.zonefleet.inference.engine.Usage;
import io.zonefleet.inference.text.Detokenizer;
import io.zonefleet.inference.text.ReasoningSplitter;
import io.zonefleet.inference.text.ReasoningSplitter.Piece;
import io.zonefleet.inference.text.StopStrings;
import io.zonefleet.inference.text.Vocabulary;
import java.util.ArrayList;
import java.util.List;

/** Tokens in, text out: characters are whole, stop strings end it, reasoning is told apart. */
final class AnswerText implements TokenListener {
  private final Detokenizer detokenizer;
  private final StopStrings stops;
  private final ReasoningSplitter splitter;
  private final AnswerSink sink;

  AnswerText(Vocabulary vocabulary, List<String> stops, boolean insideReasoning, AnswerSink sink) {
    this.detokenizer = new Detokenizer(vocabulary);
    this.stops = new StopStrings(stops);
    this.splitter = new ReasoningSplitter(insideReasoning);
    this.sink = sink;
  }

  @Override
  public boolean token(int token) {
    tell(splitter.next(stops.next(detokenizer.next(token))));
    return !stops.stopped();
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
    tell(rest);
    sink.end(reason, usage);
  }

  @Override
  public void failed(RuntimeException cause) {
    sink.failed(cause);
  }

  private void tell(List<Piece> pieces) {
    if (!pieces.isEmpty()) {
      sink.pieces(pieces);
    }
  }
}
