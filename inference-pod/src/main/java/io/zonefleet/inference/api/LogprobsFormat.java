package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zonefleet.inference.engine.TokenLogprobs;
import io.zonefleet.inference.text.Vocabulary;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The {@code logprobs} of one choice, in the chat endpoint's spelling or in the text endpoint's.
 * Keeps count of the text so far, so a stream needs one per choice.
 */
final class LogprobsFormat {
  /** JSON has no infinity; OpenAI and vLLM write this for what is impossible. */
  private static final float LEAST = -9999;

  private final boolean chat;
  private final Vocabulary vocabulary;
  private int offset;

  LogprobsFormat(boolean chat, Vocabulary vocabulary) {
    this.chat = chat;
    this.vocabulary = vocabulary;
  }

  ObjectNode of(List<TokenLogprobs> tokens) {
    return chat ? chat(tokens) : text(tokens);
  }

  private ObjectNode chat(List<TokenLogprobs> tokens) {
    ObjectNode root = Json.object();
    ArrayNode content = root.putArray("content");
    for (TokenLogprobs each : tokens) {
      ObjectNode entry = entry(each.token(), each.logprob());
      content.add(entry);
      ArrayNode likeliest = entry.putArray("top_logprobs");
      for (int i = 0; i < each.likeliest().length; i++) {
        likeliest.add(entry(each.likeliest()[i], each.logprobs()[i]));
      }
    }
    return root.putNull("refusal");
  }

  private ObjectNode entry(int token, float logprob) {
    ObjectNode entry = Json.object().put("token", spelled(token)).put("logprob", finite(logprob));
    ArrayNode bytes = entry.putArray("bytes");
    for (byte each : vocabulary.spelling(token)) {
      bytes.add(each & 0xFF);
    }
    return entry;
  }

  private ObjectNode text(List<TokenLogprobs> tokens) {
    ObjectNode root = Json.object();
    ArrayNode spelled = root.putArray("tokens");
    ArrayNode logprobs = root.putArray("token_logprobs");
    ArrayNode likeliest = root.putArray("top_logprobs");
    ArrayNode offsets = root.putArray("text_offset");
    for (TokenLogprobs each : tokens) {
      String token = spelled(each.token());
      spelled.add(token);
      logprobs.add(finite(each.logprob()));
      ObjectNode best = likeliest.addObject();
      for (int i = 0; i < each.likeliest().length; i++) {
        // broken pieces of characters are all spelled alike; the likeliest one is told
        best.putIfAbsent(spelled(each.likeliest()[i]), best.numberNode(finite(each.logprobs()[i])));
      }
      best.putIfAbsent(token, best.numberNode(finite(each.logprob())));
      offsets.add(offset);
      offset += token.length();
    }
    return root;
  }

  private String spelled(int token) {
    return new String(vocabulary.spelling(token), StandardCharsets.UTF_8);
  }

  private static float finite(float logprob) {
    return Math.max(LEAST, logprob);
  }
}
