package io.zonefleet.inference.api;

import io.zonefleet.inference.engine.FinishReason;
import io.zonefleet.inference.engine.TokenListener;
import io.zonefleet.inference.engine.TokenLogprobs;
import io.zonefleet.inference.engine.Usage;
import io.zonefleet.inference.engine.WaitedTooLongException;

/** Tells the metrics and the request's record of one generation, and passes everything on. */
final class MeasuredTokens implements TokenListener {
  private final TokenListener next;
  private final Metrics metrics;
  private final RequestRecord record;
  private long last;

  MeasuredTokens(TokenListener next, Metrics metrics, RequestRecord record) {
    this.next = next;
    this.metrics = metrics;
    this.record = record;
  }

  @Override
  public boolean token(int token) {
    long now = System.nanoTime();
    if (last != 0) {
      metrics.nextToken(now - last);
    }
    last = now;
    return next.token(token);
  }

  @Override
  public void logprobs(TokenLogprobs logprobs) {
    next.logprobs(logprobs);
  }

  @Override
  public void end(FinishReason reason, Usage usage) {
    metrics.generated(reason, usage);
    try {
      next.end(reason, usage);
    } finally {
      record.ended(reason, usage);
    }
  }

  @Override
  public void failed(RuntimeException cause) {
    metrics.refused(cause instanceof WaitedTooLongException ? "deadline" : "engine");
    try {
      next.failed(cause);
    } finally {
      record.failed();
    }
  }
}
