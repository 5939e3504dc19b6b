package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.zonefleet.inference.text.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the {@code messages} of a chat request. */
final class Messages {
  private static final Set<String> ROLES =
      Set.of("system", "developer", "user", "assistant", "tool");

  private Messages() {}

  static List<Message> of(Fields fields) {
    JsonNode node = fields.present("messages");
    if (node == null || !node.isArray() || node.isEmpty()) {
      throw fields.refuse("messages", "a list with at least one message");
    }
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < node.size(); i++) {
      messages.add(message(node.get(i), "messages[" + i + "]"));
    }
    return messages;
  }

  private static Message message(JsonNode node, String where) {
    String role = node.path("role").asText();
    if (!ROLES.contains(role)) {
      throw ApiException.invalid(
          where + ".role",
          where
              + ".role is '"
              + role
              + "'; it must be system, developer, user, assistant or tool.");
    }
    List<Message.Call> calls = calls(node.path("tool_calls"), where + ".tool_calls");
    if (!calls.isEmpty() && !role.equals("assistant")) {
      throw ApiException.invalid(
          where + ".tool_calls", where + ".tool_calls is for messages of the assistant only.");
    }
    JsonNode content = node.path("content");
    Optional<String> text =
        !calls.isEmpty()
                && (content.isMissingNode() || content.isNull() || content.asText("x").isEmpty())
            ? Optional.empty()
            : Optional.of(content(content, where + ".content"));
    // templates know the older name
    String known = role.equals("developer") ? "system" : role;
    return new Message(known, text, calls, callId(node, role, where));
  }

  private static Optional<String> callId(JsonNode node, String role, String where) {
    if (!role.equals("tool")) {
      return Optional.empty();
    }
    if (!node.path("tool_call_id").isTextual()) {
      throw ApiException.invalid(
          where + ".tool_call_id",
          where + ".tool_call_id is missing; it must be the id of the call that is answered.");
    }
    return Optional.of(node.path("tool_call_id").asText());
  }

  private static List<Message.Call> calls(JsonNode list, String where) {
    List<Message.Call> calls = new ArrayList<>();
    if (list.isMissingNode() || list.isNull()) {
      return calls;
    }
    for (int i = 0; i < list.size() || !list.isArray(); i++) {
      JsonNode function = list.path(i).path("function");
      if (!function.path("name").isTextual() || !function.path("arguments").isTextual()) {
        throw ApiException.invalid(
            where,
            where + " must be a list of calls, each with function.name and function.arguments.");
      }
      calls.add(
          new Message.Call(
              list.path(i).path("id").asText(),
              function.get("name").asText(),
              function.get("arguments").asText()));
    }
    return calls;
  }

  private static String content(JsonNode node, String where) {
    if (node.isTextual()) {
      return node.asText();
    }
    if (!node.isArray()) {
      throw ApiException.invalid(where, where + " must be a string or a list of text parts.");
    }
    StringBuilder text = new StringBuilder();
    for (JsonNode part : node) {
      if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
        throw ApiException.invalid(
            where,
            where + " has a part of type " + part.path("type") + "; only text is supported.");
      }
      text.append(part.path("text").asText());
    }
    return text.toString();
  }
}
