package io.zonefleet.inference.api;

import io.zonefleet.inference.engine.Sampling;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What became of a request, without a word of prompt or answer.
 *
 * @param id the client's or the gateway's, else made here; safe to log
 * @param client whose API key came with it; empty where no key is asked for, or none was right
 * @param path without its query; safe to log
 * @param status of the answer; {@link #CLIENT_GONE} when the client left before one
 * @param error the refusal's code
 * @param asked empty for what generates nothing, and for what was refused before
 * @param total from the request's head to the end of the answer
 * @param parent the caller's span, as W3C's {@code traceparent} spells it; unchecked
 */
record ServedRequest(
    String id,
    Optional<String> client,
    String method,
    String path,
    int status,
    Optional<String> error,
    Optional<Asked> asked,
    Optional<Generated> generated,
    Instant begun,
    Duration total,
    Optional<String> parent) {
  /** As nginx has it, for there is no status for nobody. */
  static final int CLIENT_GONE = 499;

  /**
   * What was asked for.
   *
   * @param operation {@code chat} or {@code text_completion}
   */
  record Asked(
      String operation, String model, Sampling sampling, OptionalInt maxTokens, int choices) {}

  /**
   * All choices together.
   *
   * @param promptTokens counted once, however many choices there are
   * @param finishes why choices ended, each reason once
   * @param queued until the first choice had a slot
   * @param firstToken until the first token of any choice; empty when there was none
   */
  record Generated(
      int promptTokens,
      int cachedTokens,
      int completionTokens,
      List<String> finishes,
      Duration queued,
      Optional<Duration> firstToken) {}
}
