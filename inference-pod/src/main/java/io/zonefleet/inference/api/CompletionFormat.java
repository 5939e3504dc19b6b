package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zonefleet.inference.engine.FinishReason;
import io.zonefleet.inference.engine.TokenLogprobs;
import io.zonefleet.inference.engine.Usage;
import io.zonefleet.inference.text.Message;
import io.zonefleet.inference.text.Part;
import io.zonefleet.inference.text.ReasoningSplitter.Piece;
import io.zonefleet.inference.text.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/** The JSON of {@code /v1/chat/completions} and {@code /v1/completions}. */
final class CompletionFormat implements EventStream.Format {
  private final boolean chat;
  private final String model;
  private final boolean nullUsage;
  private final List<LogprobsFormat> logprobs;
  private final String id;
  private final long created = System.currentTimeMillis() / 1000;

  /**
   * @param choices how many answers there are
   * @param nullUsage whether chunks before the usage chunk carry {@code "usage": null}, as OpenAI's
   *     do when usage is asked for
   */
  CompletionFormat(
      boolean chat, String model, Vocabulary vocabulary, int choices, boolean nullUsage) {
    this.chat = chat;
    this.model = model;
    this.nullUsage = nullUsage;
    this.logprobs =
        IntStream.range(0, choices).mapToObj(i -> new LogprobsFormat(chat, vocabulary)).toList();
    this.id = (chat ? "chatcmpl-" : "cmpl-") + UUID.randomUUID().toString().replace("-", "");
  }

  ObjectNode whole(List<WholeAnswer.Answer> answers) {
    ObjectNode root = root(chat ? "chat.completion" : "text_completion");
    ArrayNode choices = root.putArray("choices");
    List<Usage> usage = new ArrayList<>();
    for (WholeAnswer.Answer answer : answers) {
      choices.add(whole(choices.size(), answer));
      usage.add(answer.usage());
    }
    putUsage(root, usage);
    return root;
  }

  private ObjectNode whole(int index, WholeAnswer.Answer answer) {
    ObjectNode choice = Json.object().put("index", index);
    if (chat) {
      ObjectNode message = choice.putObject("message").put("role", "assistant");
      boolean onlyCalls = answer.content().isEmpty() && !answer.calls().isEmpty();
      message.put("content", onlyCalls ? null : answer.content());
      if (!answer.reasoning().isEmpty()) {
        message.put("reasoning_content", answer.reasoning());
        message.put("reasoning", answer.reasoning());
      }
      for (Message.Call call : answer.calls()) {
        ObjectNode node = message.withArray("tool_calls").addObject();
        node.put("id", call.id()).put("type", "function");
        node.putObject("function").put("name", call.name()).put("arguments", call.arguments());
      }
    } else {
      choice.put("text", answer.reasoning() + answer.content());
    }
    putLogprobs(choice, index, answer.logprobs());
    return choice.put("finish_reason", name(answer.reason(), !answer.calls().isEmpty()));
  }

  @Override
  public List<ObjectNode> first() {
    List<ObjectNode> chunks = new ArrayList<>();
    for (int index = 0; chat && index < logprobs.size(); index++) {
      ObjectNode chunk = chunk();
      choice(chunk, index, List.of(), null)
          .putObject("delta")
          .put("role", "assistant")
          .put("content", "");
      chunks.add(chunk);
    }
    return chunks;
  }

  @Override
  public ObjectNode part(int index, Part part, List<TokenLogprobs> tokens) {
    ObjectNode chunk = chunk();
    ObjectNode choice = choice(chunk, index, tokens, null);
    if (!chat && part instanceof Piece piece) {
      choice.put("text", piece.text());
    } else {
      delta(choice.putObject("delta"), part);
    }
    return chunk;
  }

  private static void delta(ObjectNode delta, Part part) {
    switch (part) {
      case Piece piece when piece.reasoning() ->
          delta.put("reasoning_content", piece.text()).put("reasoning", piece.text());
      case Piece piece -> delta.put("content", piece.text());
      case Part.Call call -> {
        ObjectNode node = delta.putArray("tool_calls").addObject();
        node.put("index", call.index()).put("id", call.id()).put("type", "function");
        node.putObject("function").put("name", call.name()).put("arguments", "");
      }
      case Part.Arguments more -> {
        ObjectNode node = delta.putArray("tool_calls").addObject().put("index", more.index());
        node.putObject("function").put("arguments", more.text());
      }
    }
  }

  @Override
  public ObjectNode last(
      int index, FinishReason reason, boolean called, List<TokenLogprobs> tokens) {
    ObjectNode chunk = chunk();
    ObjectNode choice = choice(chunk, index, tokens, name(reason, called));
    if (chat) {
      choice.putObject("delta");
    } else {
      choice.put("text", "");
    }
    return chunk;
  }

  @Override
  public ObjectNode usage(List<Usage> usage) {
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

  private ObjectNode choice(
      ObjectNode chunk, int index, List<TokenLogprobs> tokens, String finishReason) {
    ObjectNode choice = chunk.withArray("choices").addObject().put("index", index);
    putLogprobs(choice, index, tokens);
    return choice.put("finish_reason", finishReason);
  }

  private void putLogprobs(ObjectNode choice, int index, List<TokenLogprobs> tokens) {
    if (tokens.isEmpty()) {
      choice.putNull("logprobs");
    } else {
      choice.set("logprobs", logprobs.get(index).of(tokens));
    }
  }

  private ObjectNode root(String object) {
    return Json.object()
        .put("id", id)
        .put("object", object)
        .put("created", created)
        .put("model", model);
  }

  /** The prompt counts once, however many answers it got. */
  private static void putUsage(ObjectNode root, List<Usage> choices) {
    int prompt = choices.getFirst().promptTokens();
    int completion = choices.stream().mapToInt(Usage::completionTokens).sum();
    // later choices find the prompt that the first one computed
    int cached = choices.stream().mapToInt(Usage::cachedTokens).min().orElse(0);
    ObjectNode usage =
        root.putObject("usage")
            .put("prompt_tokens", prompt)
            .put("completion_tokens", completion)
            .put("total_tokens", prompt + completion);
    usage.putObject("prompt_tokens_details").put("cached_tokens", cached);
  }

  private static String name(FinishReason reason, boolean called) {
    return reason == FinishReason.LENGTH ? "length" : called ? "tool_calls" : "stop";
  }
}
