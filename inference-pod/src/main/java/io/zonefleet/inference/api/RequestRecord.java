package io.zonefleet.inference.api;

import io.zonefleet.inference.engine.FinishReason;
import io.zonefleet.inference.engine.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Collects what becomes of one request. It is complete when the answer has ended and so have all
 * its generations, which may go on for a step after the client has gone. Thread-safe: the
 * connection's event loop, a worker and the engine write to it.
 */
final class RequestRecord {
  private final String id;
  private final String method;
  private final String path;
  private final Optional<String> parent;
  private final Consumer<ServedRequest> complete;
  private final Instant begun = Instant.now();
  private final long begunNanos = System.nanoTime();
  private final List<Usage> usages = new ArrayList<>();
  private final Set<String> finishes = new LinkedHashSet<>();
  private Optional<String> client = Optional.empty();
  private Optional<String> error = Optional.empty();
  private Optional<ServedRequest.Asked> asked = Optional.empty();
  private Optional<Duration> total = Optional.empty();
  private int status;
  private int generating;
  private boolean told;

  /**
   * @param complete is told once, on the thread that brings the last piece; must not block
   */
  RequestRecord(
      String id,
      String method,
      String path,
      Optional<String> parent,
      Consumer<ServedRequest> complete) {
    this.id = id;
    this.method = method;
    this.path = path;
    this.parent = parent;
    this.complete = complete;
  }

  synchronized void client(String name) {
    client = Optional.of(name);
  }

  synchronized void refused(String code) {
    error = Optional.of(code);
  }

  /** Generations are about to be submitted; each ends, fails, or is withdrawn with the others. */
  synchronized void generates(String model, Ask ask) {
    asked =
        Optional.of(
            new ServedRequest.Asked(
                path.equals("/v1/completions") ? "text_completion" : "chat",
                model,
                ask.sampling(),
                ask.maxTokens(),
                ask.choices()));
    generating = ask.choices();
  }

  /** The engine took none of them. */
  void withdrawn() {
    Optional<ServedRequest> whole;
    synchronized (this) {
      generating = 0;
      whole = whole();
    }
    whole.ifPresent(complete);
  }

  void ended(FinishReason reason, Usage usage) {
    Optional<ServedRequest> whole;
    synchronized (this) {
      usages.add(usage);
      finishes.add(name(reason));
      generating--;
      whole = whole();
    }
    whole.ifPresent(complete);
  }

  void failed() {
    Optional<ServedRequest> whole;
    synchronized (this) {
      finishes.add("error");
      generating--;
      whole = whole();
    }
    whole.ifPresent(complete);
  }

  /** The answer is out, or nobody is there to take it. */
  void answered(int code) {
    Optional<ServedRequest> whole;
    synchronized (this) {
      if (total.isPresent()) {
        return;
      }
      status = code;
      total = Optional.of(Duration.ofNanos(System.nanoTime() - begunNanos));
      whole = whole();
    }
    whole.ifPresent(complete);
  }

  private Optional<ServedRequest> whole() {
    if (total.isEmpty() || generating > 0 || told) {
      return Optional.empty();
    }
    told = true;
    return Optional.of(
        new ServedRequest(
            id,
            client,
            method,
            path,
            status,
            error,
            asked,
            generated(),
            begun,
            total.get(),
            parent));
  }

  private Optional<ServedRequest.Generated> generated() {
    if (finishes.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ServedRequest.Generated(
            usages.stream().mapToInt(Usage::promptTokens).max().orElse(0),
            // later choices find the prompt that the first one computed
            usages.stream().mapToInt(Usage::cachedTokens).min().orElse(0),
            usages.stream().mapToInt(Usage::completionTokens).sum(),
            List.copyOf(finishes),
            usages.stream().map(Usage::queued).min(Comparator.naturalOrder()).orElse(Duration.ZERO),
            firstTokens().min(Comparator.naturalOrder())));
  }

  private Stream<Duration> firstTokens() {
    return usages.stream().map(Usage::firstToken).filter(time -> !time.isZero());
  }

  /** As vLLM names them in its metrics. */
  static String name(FinishReason reason) {
    return reason == FinishReason.CANCELLED ? "abort" : reason.name().toLowerCase(Locale.ROOT);
  }
}
