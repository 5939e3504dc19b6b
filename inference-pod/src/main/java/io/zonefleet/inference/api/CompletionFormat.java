package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zonefleet.inference.engine.FinishReason;
import io.zonefleet.inference.engine.Usage;
import io.zonefleet.inference.text.ReasoningSplitter.Piece;
import java.util.Optional;
import java.util.UUID;

/** The JSON of {@code /v1/chat/completions} and {@code /v1/completions}. */
final class CompletionFormat implements EventStream.Format {
  private final boolean chat;
  private final String model;
  private final boolean nullUsage;
  private final String id;
  private final long created = System.currentTimeMillis() / 1000;

  /**
   * @param nullUsage whether chunks before the usage chunk carry {@code "usage": null}, as OpenAI's
   *     do when usage is asked for
   */
  CompletionFormat(boolean chat, String model, boolean nullUsage) {
    this.chat = chat;
    this.model = model;
    this.nullUsage = nullUsage;
    this.id = (chat ? "chatcmpl-" : "cmpl-") + UUID.randomUUID().toString().replace("-", "");
  }

  ObjectNode whole(WholeAnswer.Answer answer) {
    ObjectNode root = root(chat ? "chat.completion" : "text_completion");
    ObjectNode choice = root.putArray("choices").addObject().put("index", 0);
    if (chat) {
      ObjectNode message = choice.putObject("message").put("role", "assistant");
      message.put("content", answer.content());
      if (!answer.reasoning().isEmpty()) {
        message.put("reasoning_content", answer.reasoning());
        message.put("reasoning", answer.reasoning());
      }
    } else {
      choice.put("text", answer.reasoning() + answer.content());
    }
    choice.putNull("logprobs");
    choice.put("finish_reason", name(answer.reason()));
    putUsage(root, answer.usage());
    return root;
  }

  @Override
  public Optional<ObjectNode> first() {
    if (!chat) {
      return Optional.empty();
    }
    ObjectNode chunk = chunk();
    choice(chunk, null).putObject("delta").put("role", "assistant").put("content", "");
    return Optional.of(chunk);
  }

  @Override
  public ObjectNode piece(Piece piece) {
    ObjectNode chunk = chunk();
    ObjectNode choice = choice(chunk, null);
    if (!chat) {
      choice.put("text", piece.text());
    } else if (piece.reasoning()) {
      choice
          .putObject("delta")
          .put("reasoning_content", piece.text())
          .put("reasoning", piece.text());
    } else {
      choice.putObject("delta").put("content", piece.text());
    }
    return chunk;
  }

  @Override
  public ObjectNode last(FinishReason reason) {
    ObjectNode chunk = chunk();
    ObjectNode choice = choice(chunk, name(reason));
    if (chat) {
      choice.putObject("delta");
    } else {
      choice.put("text", "");
    }
    return chunk;
  }

  @Override
  public ObjectNode usage(Usage usage) {
    ObjectNode chunk = root(object());
    chunk.putArray("choices");
    putUsage(chunk, usage);
    return chunk;
  }

  private String object() {
    return chat ? "chat.completion.chunk" : "text_completion";
  }

  private ObjectNode chunk() {
    ObjectNode chunk = root(object());
    chunk.putArray("choices");
    if (nullUsage) {
      chunk.putNull("usage");
    }
    return chunk;
  }

  private static ObjectNode choice(ObjectNode chunk, String finishReason) {
    return chunk
        .withArray("choices")
        .addObject()
        .put("index", 0)
        .putNull("logprobs")
        .put("finish_reason", finishReason);
  }

  private ObjectNode root(String object) {
    return Json.object()
        .put("id", id)
        .put("object", object)
        .put("created", created)
        .put("model", model);
  }

  private static void putUsage(ObjectNode root, Usage usage) {
    root.putObject("usage")
        .put("prompt_tokens", usage.promptTokens())
        .put("completion_tokens", usage.completionTokens())
        .put("total_tokens", usage.promptTokens() + usage.completionTokens());
  }

  private static String name(FinishReason reason) {
    return reason == FinishReason.LENGTH ? "length" : "stop";
  }
}
