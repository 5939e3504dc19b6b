package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.ext.web.Router;
import io.zonefleet.inference.text.Vocabulary;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * {@code POST /tokenize} and {@code POST /detokenize}, in vLLM's spelling. What they count is what
 * {@code usage.prompt_tokens} says of the same prompt or messages.
 */
@ApplicationScoped
class TokensResource {
  /** Fields of vLLM's that would change the count, and not what a completion counts. */
  private static final List<String> UNBUILT =
      List.of(
          "add_special_tokens",
          "continue_final_message",
          "chat_template",
          "tools",
          "mm_processor_kwargs");

  private final Generations generations;
  private final PodConfig config;

  @Inject
  TokensResource(Generations generations, PodConfig config) {
    this.generations = generations;
    this.config = config;
  }

  void routes(@Observes Router router) {
    Routes.post(router, "/tokenize", config, this::tokenize, Exchange::refuse);
    Routes.post(router, "/detokenize", config, this::detokenize, Exchange::refuse);
  }

  private void tokenize(Exchange exchange) {
    Fields fields = new Fields(exchange.json());
    LoadedModel model = model(fields);
    int[] tokens = model.tokenizer().encode(prompt(fields, model));
    ObjectNode body =
        Json.object()
            .put("count", tokens.length)
            .put("max_model_len", model.engine().contextTokens());
    ArrayNode list = body.putArray("tokens");
    for (int token : tokens) {
      list.add(token);
    }
    if (fields.flag("return_token_strs")) {
      ArrayNode texts = body.putArray("token_strs");
      for (int token : tokens) {
        texts.add(text(model.tokenizer().vocabulary().spelling(token)));
      }
    } else {
      body.putNull("token_strs");
    }
    exchange.answer(200, body);
  }

  private static String prompt(Fields fields, LoadedModel model) {
    boolean chat = fields.present("messages") != null;
    if (chat && fields.present("prompt") != null) {
      throw ApiException.invalid("prompt", "prompt and messages are both there; send one of them.");
    }
    for (String unbuilt : UNBUILT) {
      fields.unsupported(unbuilt);
    }
    if (!chat) {
      return fields.text("prompt");
    }
    if (fields.present("add_generation_prompt") != null && !fields.flag("add_generation_prompt")) {
      throw ApiException.invalid(
          "add_generation_prompt",
          "add_generation_prompt is false; it must be true, as it is for an answer.");
    }
    return model.template().render(Messages.of(fields), Tools.of(fields).definitions());
  }

  private void detokenize(Exchange exchange) {
    Fields fields = new Fields(exchange.json());
    LoadedModel model = model(fields);
    Vocabulary vocabulary = model.tokenizer().vocabulary();
    String allowed = "a list of tokens, 0 to " + (vocabulary.size() - 1);
    JsonNode tokens = fields.present("tokens");
    if (tokens == null || !tokens.isArray()) {
      throw fields.refuse("tokens", allowed);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < tokens.size(); i++) {
      JsonNode token = tokens.get(i);
      if (!token.isInt() || token.asInt() < 0 || token.asInt() >= vocabulary.size()) {
        throw ApiException.invalid(
            "tokens",
            "tokens["
                + i
                + "] is "
                + Fields.shortened(token)
                + "; tokens must be "
                + allowed
                + ".");
      }
      bytes.writeBytes(vocabulary.spelling(token.asInt()));
    }
    exchange.answer(200, Json.object().put("prompt", text(bytes.toByteArray())));
  }

  /** The model may be left out, as there is one only. */
  private LoadedModel model(Fields fields) {
    LoadedModel model = generations.model();
    if (fields.present("model") != null) {
      ModelsResource.check(fields.text("model"), model);
    }
    return model;
  }

  /** Bytes that are no whole character become U+FFFD. */
  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
