package io.zonefleet.inference.text;

import java.util.List;
import java.util.Optional;

/**
 * One turn of a conversation.
 *
 * @param role {@code system}, {@code user}, {@code assistant} or {@code tool}
 * @param content empty where an assistant did nothing but call functions
 * @param calls the functions that an assistant called
 * @param callId which call a tool's message answers
 */
public record Message(
    String role, Optional<String> content, List<Call> calls, Optional<String> callId) {
  /**
   * A call of a function.
   *
   * @param arguments a JSON object
   */
  public record Call(String id, String name, String arguments) {}

  public Message {
    calls = List.copyOf(calls);
  }

  public Message(String role, String content) {
    this(role, Optional.of(content), List.of(), Optional.empty());
  }

  String text() {
    return content.orElse("");
  }
}
