package io.zonefleet.inference.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonefleet.inference.engine.TokenConstraint;
import io.zonefleet.inference.text.ToolFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ToolCallGrammarTest {
  private static final String PARAMETERS =
      "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},\"required\":[\"n\"]}";

  private static Restriction calls(ToolFormat format, boolean several) {
    return new Restriction.ToolCalls(
        format,
        List.of(
            new Restriction.ToolCalls.Function("square", PARAMETERS),
            new Restriction.ToolCalls.Function("now", "{\"type\":\"object\"}")),
        several);
  }

  @Test
  void callsAreWrittenAsTheModelsWriteThem() {
    Map<ToolFormat, String> written =
        Map.of(
            ToolFormat.DEEPSEEK_R1,
            "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>square\n"
                + "```json\n"
                + "{\"n\": 5}\n"
                + "```<｜tool▁call▁end｜>\n"
                + "<｜tool▁call▁begin｜>function<｜tool▁sep｜>now\n"
                + "```json\n"
                + "{}\n"
                + "```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
            ToolFormat.DEEPSEEK_V31,
            "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>square<｜tool▁sep｜>{\"n\": 5}<｜tool▁call▁end｜>"
                + "<｜tool▁call▁begin｜>now<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
            ToolFormat.HERMES,
            "<tool_call>\n{\"name\": \"square\", \"arguments\": {\"n\": 5}}\n</tool_call>\n"
                + "<tool_call>\n{\"name\": \"now\", \"arguments\": {}}\n</tool_call>");
    written.forEach(
        (format, text) -> {
          assertThat(Walk.accepts(Walk.compile(calls(format, true)), text)).isTrue();
          assertThat(Walk.accepts(Walk.compile(calls(format, false)), text)).isFalse();
          assertThat(Walk.accepts(Walk.compile(calls(format, true)), text.replace("5", "\"5\"")))
              .isFalse();
        });
  }

  /** A model that has a token for a mark writes that token and not its letters. */
  @Test
  void marksAreTokensWhereTheVocabularyHasThem() {
    byte[][] spelled = new byte[300][];
    for (int i = 0; i < spelled.length; i++) {
      spelled[i] = i < 256 ? new byte[] {(byte) i} : new byte[0];
    }
    TokenTable table = new TokenTable(spelled, Map.of("<tool_call>", 280, "</tool_call>", 281));
    TokenConstraint constraint =
        new ConstraintCompiler(table)
            .compile(calls(ToolFormat.HERMES, false), false)
            .begin(Set.of(299));
    float[] logits = new float[300];
    constraint.mask(logits);
    assertThat(logits[280]).isZero();
    assertThat(logits['<']).isEqualTo(Float.NEGATIVE_INFINITY);
    constraint.accept(280);
    for (char c : "\n{\"name\": \"now\", \"arguments\": {}}\n".toCharArray()) {
      logits = new float[300];
      constraint.mask(logits);
      assertThat(logits[c]).as("%s", c).isZero();
      constraint.accept(c);
    }
    constraint.accept(281);
    logits = new float[300];
    constraint.mask(logits);
    assertThat(logits[299]).isZero();
    assertThat(logits[280]).isEqualTo(Float.NEGATIVE_INFINITY);
  }

  @Test
  void refusalsNameTheFunction() {
    assertThatThrownBy(
            () ->
                Walk.compile(
                    new Restriction.ToolCalls(
                        ToolFormat.HERMES,
                        List.of(
                            new Restriction.ToolCalls.Function(
                                "f", "{\"type\":\"object\",\"minProperties\":1}")),
                        true)))
        .hasMessageContaining("the function f")
        .hasMessageContaining("minProperties at #/minProperties");
  }
}
