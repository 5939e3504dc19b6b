package io.zonefleet.inference.api;

import io.zonefleet.inference.engine.FinishReason;
import io.zonefleet.inference.engine.TokenLogprobs;
import io.zonefleet.inference.engine.Usage;
import io.zonefleet.inference.text.Part;
import java.util.List;

/** Takes an answer as it comes; called on the engine's thread, so it must not block. */
interface AnswerSink {
  /** More of the answer, never an empty list. */
  void parts(List<Part> parts);

  /** How likely the next token was; comes before its text, to those who asked for it. */
  void logprobs(TokenLogprobs logprobs);

  void end(FinishReason reason, Usage usage);

  void failed(RuntimeException cause);
}
