package io.zonefleet.inference.api;

import io.zonefleet.inference.engine.FinishReason;
import io.zonefleet.inference.engine.TokenLogprobs;
import io.zonefleet.inference.engine.Usage;
import io.zonefleet.inference.text.Message;
import io.zonefleet.inference.text.Part;
import io.zonefleet.inference.text.ReasoningSplitter.Piece;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Collects the choices of an answer and hands them over when all have ended, on the connection's
 * event loop.
 */
final class WholeAnswer implements AnswerSinks {
  /** One choice that is complete. */
  record Answer(
      String reasoning,
      String content,
      List<Message.Call> calls,
      List<TokenLogprobs> logprobs,
      FinishReason reason,
      Usage usage) {}

  private final Executor loop;
  private final Answer[] answers;
  private final Consumer<List<Answer>> done;
  private final Consumer<ApiException> failed;

  /**
   * @param loop the connection's event loop
   * @param choices how many answers there will be
   */
  WholeAnswer(
      Executor loop, int choices, Consumer<List<Answer>> done, Consumer<ApiException> failed) {
    this.loop = loop;
    this.answers = new Answer[choices];
    this.done = done;
    this.failed = failed;
  }

  @Override
  public AnswerSink choice(int index) {
    return new Choice(index);
  }

  /** On the engine's thread, as all choices' tokens come. */
  private void complete(int index, Answer answer) {
    answers[index] = answer;
    if (!Arrays.asList(answers).contains(null)) {
      loop.execute(() -> done.accept(List.of(answers)));
    }
  }

  private final class Choice implements AnswerSink {
    private final int index;
    private final StringBuilder reasoning = new StringBuilder();
    private final StringBuilder content = new StringBuilder();
    private final List<Message.Call> calls = new ArrayList<>();
    private final List<TokenLogprobs> logprobs = new ArrayList<>();

    Choice(int index) {
      this.index = index;
    }

    @Override
    public void parts(List<Part> parts) {
      for (Part part : parts) {
        switch (part) {
          case Piece piece -> (piece.reasoning() ? reasoning : content).append(piece.text());
          case Part.Call call -> calls.add(new Message.Call(call.id(), call.name(), ""));
          case Part.Arguments more -> {
            Message.Call last = calls.removeLast();
            calls.add(new Message.Call(last.id(), last.name(), last.arguments() + more.text()));
          }
        }
      }
    }

    @Override
    public void logprobs(TokenLogprobs token) {
      logprobs.add(token);
    }

    @Override
    public void end(FinishReason reason, Usage usage) {
      complete(
          index,
          new Answer(reasoning.toString(), content.toString(), calls, logprobs, reason, usage));
    }

    @Override
    public void failed(RuntimeException cause) {
      ApiException refusal = ApiException.ofFailure(cause);
      loop.execute(() -> failed.accept(refusal));
    }
  }
}
