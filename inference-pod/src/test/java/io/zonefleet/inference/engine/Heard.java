package io.zonefleet.inference.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Collects what a generation says. */
final class Heard implements TokenListener {
  record Result(List<Integer> tokens, FinishReason reason, Usage usage) {}

  private final List<Integer> tokens = new ArrayList<>();
  private final CompletableFuture<Result> result = new CompletableFuture<>();
  private final CompletableFuture<Void> first = new CompletableFuture<>();

  @Override
  public boolean token(int token) {
    tokens.add(token);
    first.complete(null);
    return true;
  }

  @Override
  public void end(FinishReason reason, Usage usage) {
    result.complete(new Result(List.copyOf(tokens), reason, usage));
  }

  @Override
  public void failed(RuntimeException cause) {
    result.completeExceptionally(cause);
  }

  Result await() {
    return result.orTimeout(60, TimeUnit.SECONDS).join();
  }

  /** Tokens so far, for the engine's thread. */
  int count() {
    return tokens.size();
  }

  void awaitFirst() {
    first.orTimeout(60, TimeUnit.SECONDS).join();
  }

  CompletableFuture<Result> result() {
    return result;
  }
}
