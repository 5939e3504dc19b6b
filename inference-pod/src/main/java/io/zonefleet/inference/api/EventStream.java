package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zonefleet.inference.engine.FinishReason;
import io.zonefleet.inference.engine.TokenLogprobs;
import io.zonefleet.inference.engine.Usage;
import io.zonefleet.inference.text.Part;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * Streams the choices of an answer as server-sent events. The first byte goes out with the first
 * text: until then a gateway may still replay the request elsewhere. While nothing is generated for
 * long, comments keep the connection alive.
 */
final class EventStream implements AnswerSinks {
  /** How an endpoint spells its chunks. */
  interface Format {
    /** The chunks before all others, if the format has such. */
    List<ObjectNode> first();

    /**
     * @param logprobs of tokens since the last chunk of this choice, often none
     */
    ObjectNode part(int choice, Part part, List<TokenLogprobs> logprobs);

    /**
     * @param called whether the choice has called functions
     */
    ObjectNode last(int choice, FinishReason reason, boolean called, List<TokenLogprobs> logprobs);

    /**
     * @param usage of each choice
     */
    ObjectNode usage(List<Usage> usage);
  }

  private final Exchange exchange;
  private final Executor loop;
  private final Format format;
  private final int choices;
  private final boolean includeUsage;
  private final long timer;
  private final List<Usage> ended = new ArrayList<>();
  private boolean begun;
  private boolean wrote;

  /**
   * @param loop the exchange's event loop, for the engine's thread
   * @param choices how many answers there will be
   */
  EventStream(
      Exchange exchange,
      Executor loop,
      Format format,
      int choices,
      boolean includeUsage,
      Duration keepAlive) {
    this.exchange = exchange;
    this.loop = loop;
    this.format = format;
    this.choices = choices;
    this.includeUsage = includeUsage;
    this.timer =
        exchange
            .vertx()
            .setPeriodic(keepAlive.toMillis(), ignored -> exchange.run(this::keepAlive));
    exchange.onEnd(this::stopTimer);
  }

  @Override
  public AnswerSink choice(int index) {
    return new Choice(index);
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
      format.first().forEach(this::event);
    }
  }

  private void event(ObjectNode chunk) {
    wrote = true;
    exchange.write("data: " + Json.text(chunk) + "\n\n");
  }

  private void ended(Usage usage) {
    ended.add(usage);
    if (ended.size() < choices) {
      return;
    }
    if (includeUsage) {
      event(format.usage(ended));
    }
    exchange.write("data: [DONE]\n\n");
    exchange.end();
  }

  private final class Choice implements AnswerSink {
    private final int index;
    private boolean called;

    /** Of tokens whose text is not written yet; touched on the connection's event loop only. */
    private List<TokenLogprobs> pending = new ArrayList<>();

    Choice(int index) {
      this.index = index;
    }

    private List<TokenLogprobs> pending() {
      List<TokenLogprobs> taken = pending;
      pending = new ArrayList<>();
      return taken;
    }

    @Override
    public void parts(List<Part> parts) {
      for (Part part : parts) {
        called |= part instanceof Part.Call;
      }
      loop.execute(
          () -> {
            begin();
            parts.forEach(part -> event(format.part(index, part, pending())));
          });
    }

    @Override
    public void logprobs(TokenLogprobs token) {
      loop.execute(() -> pending.add(token));
    }

    @Override
    public void end(FinishReason reason, Usage usage) {
      boolean calls = called;
      loop.execute(
          () -> {
            begin();
            event(format.last(index, reason, calls, pending()));
            ended(usage);
          });
    }

    @Override
    public void failed(RuntimeException cause) {
      loop.execute(
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
}
