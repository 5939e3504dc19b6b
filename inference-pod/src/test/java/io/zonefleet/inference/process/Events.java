package io.zonefleet.inference.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;

/** The chunks of a stream of server-sent events. */
record Events(List<JsonNode> chunks) {
  static final ObjectMapper MAPPER = new ObjectMapper();

  /** Of a body that must end with {@code [DONE]}. */
  static Events of(String body) {
    List<JsonNode> chunks = new ArrayList<>();
    for (String block : body.split("\n\n")) {
      if (block.startsWith("data: {")) {
        chunks.add(json(block.substring("data: ".length())));
      }
    }
    if (!body.endsWith("data: [DONE]\n\n")) {
      throw new AssertionError("the stream has no end: " + body);
    }
    return new Events(chunks);
  }

  static JsonNode json(String text) {
    try {
      return MAPPER.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + text, e);
    }
  }

  /** All texts at a place of the first choice, one after the other. */
  String joined(String place) {
    StringBuilder all = new StringBuilder();
    chunks.forEach(chunk -> all.append(chunk.at("/choices/0" + place).asText("")));
    return all.toString();
  }

  String finishReason() {
    return chunks.getLast().at("/choices/0/finish_reason").asText();
  }
}
