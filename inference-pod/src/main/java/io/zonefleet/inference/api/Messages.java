package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.zonefleet.inference.text.ChatTemplate.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Reads the {@code messages} of a chat request. */
final class Messages {
  private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant");

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
          where + ".role is '" + role + "'; it must be system, developer, user or assistant.");
    }
    // templates know the older name
    String known = role.equals("developer") ? "system" : role;
    return new Message(known, content(node.path("content"), where + ".content"));
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
