package io.zonefleet.inference.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Expectations were rendered by jinja2 3.1.6 with trim_blocks and lstrip_blocks. */
class ChatTemplateTest {
  private static final ChatTemplate TEMPLATE = ChatTemplate.of(config());

  private static JsonNode config() {
    try {
      return new ObjectMapper()
          .readTree(
              new File(System.getProperty("zonefleet.model.dir"), "r1/tokenizer_config.json"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void rendersAConversation() {
    assertThat(
            TEMPLATE.render(
                List.of(
                    new Message("system", "Be brief."),
                    new Message("user", "Where is Norway?"),
                    new Message("assistant", "<think>\nx\n</think>\n\nIn Europe."),
                    new Message("user", "Its capital?\n"))))
        .isEqualTo(
            "<｜begin▁of▁sentence｜>Be brief.<｜User｜>Where is Norway?<｜Assistant｜>\n\nIn Europe."
                + "<｜end▁of▁sentence｜><｜User｜>Its capital?\n<｜Assistant｜><think>\n");
  }

  @Test
  void usersCannotInjectTemplates() {
    assertThat(TEMPLATE.render(List.of(new Message("user", "{{ 1 + 1 }}{% if x %}{# c #}"))))
        .isEqualTo(
            "<｜begin▁of▁sentence｜><｜User｜>{{ 1 + 1 }}{% if x %}{# c #}<｜Assistant｜><think>\n");
  }

  @Test
  void quotesAndBackslashesStay() {
    String text = "it's \"so\" \\n & <b> 你好";
    assertThat(
            TEMPLATE.render(
                List.of(
                    new Message("user", text),
                    new Message("assistant", text),
                    new Message("user", text))))
        .isEqualTo(
            "<｜begin▁of▁sentence｜><｜User｜"
                + ">"
                + text
                + "<｜Assistant｜>"
                + text
                + "<｜end▁of▁sentence｜><｜User｜>"
                + text
                + "<｜Assistant｜><think>\n");
  }

  @Test
  void aModelWithoutATemplateIsRefused() {
    assertThatThrownBy(() -> ChatTemplate.of(new ObjectMapper().createObjectNode()))
        .hasMessageContaining("no chat_template");
  }
}
