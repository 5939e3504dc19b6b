package io.zonefleet.inference.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ToolCallParserTest {
  private static final String R1 =
      "Let me look.\n\n"
          + "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>warmth\n"
          + "```json\n"
          + "{\"city\": \"Åre ``` <｜tool\"}\n"
          + "```<｜tool▁call▁end｜>\n"
          + "<｜tool▁call▁begin｜>function<｜tool▁sep｜>now\n"
          + "```json\n"
          + "{}\n"
          + "```<｜tool▁call▁end｜><｜tool▁calls▁end｜>";
  private static final String V31 =
      "Let me look.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>warmth<｜tool▁sep｜>"
          + "{\"city\": \"Åre ``` <｜tool\"}<｜tool▁call▁end｜><｜tool▁call▁begin｜>now<｜tool▁sep｜>{}"
          + "<｜tool▁call▁end｜><｜tool▁calls▁end｜>";
  private static final String HERMES =
      "Let me look.\n"
          + "<tool_call>\n"
          + "{\"name\": \"warmth\", \"arguments\": {\"city\": \"Åre ``` <｜tool\"}}\n"
          + "</tool_call>\n"
          + "<tool_call>\n"
          + "{\"name\": \"now\", \"arguments\": {}}\n"
          + "</tool_call>\n";

  /** Text first, then per call its name and arguments. */
  private static List<String> parse(ToolFormat format, boolean several, String text, int size) {
    int[] ids = {0};
    ToolCallParser parser = new ToolCallParser(format, several, () -> "call_" + ids[0]++);
    List<Part> parts = new ArrayList<>();
    for (int at = 0; at < text.length(); at += size) {
      parts.addAll(parser.next(text.substring(at, Math.min(text.length(), at + size))));
    }
    parts.addAll(parser.end());
    List<String> joined = new ArrayList<>(List.of(""));
    for (Part part : parts) {
      switch (part) {
        case ReasoningSplitter.Piece piece -> joined.set(0, joined.getFirst() + piece.text());
        case Part.Call call -> {
          assertThat(call.id()).isEqualTo("call_" + call.index());
          joined.add(call.name());
          joined.add("");
        }
        case Part.Arguments more ->
            joined.set(2 + 2 * more.index(), joined.getLast() + more.text());
      }
    }
    return joined;
  }

  @Property(tries = 200)
  void callsAreTheSameHoweverTheTextIsCut(@ForAll @IntRange(min = 1, max = 60) int size) {
    List<String> expected =
        List.of("Let me look.", "warmth", "{\"city\": \"Åre ``` <｜tool\"}", "now", "{}");
    assertThat(parse(ToolFormat.DEEPSEEK_R1, true, R1, size)).isEqualTo(expected);
    assertThat(parse(ToolFormat.DEEPSEEK_V31, true, V31, size)).isEqualTo(expected);
    assertThat(parse(ToolFormat.HERMES, true, HERMES, size)).isEqualTo(expected);
  }

  @Property(tries = 100)
  void onlyOneCallWhereOnlyOneIsWanted(@ForAll @IntRange(min = 1, max = 60) int size) {
    for (ToolFormat format : ToolFormat.values()) {
      String text = List.of(R1, V31, HERMES).get(format.ordinal());
      assertThat(parse(format, false, text, size)).hasSize(3).contains("warmth");
    }
  }

  /** Wherever an answer is cut off, no piece of a mark is told as text. */
  @Property(tries = 300)
  void marksNeverLeak(@ForAll @IntRange(min = 0, max = 200) int length) {
    for (ToolFormat format : ToolFormat.values()) {
      String text = List.of(R1, V31, HERMES).get(format.ordinal());
      String cut = text.substring(0, Math.min(length, text.length()));
      ToolCallParser parser = new ToolCallParser(format, true, () -> "id");
      StringBuilder told = new StringBuilder();
      for (char c : cut.toCharArray()) {
        for (Part part : parser.next(String.valueOf(c))) {
          if (part instanceof ReasoningSplitter.Piece piece) {
            told.append(piece.text());
          }
        }
      }
      assertThat("Let me look.").startsWith(told.toString());
      parser.end().stream()
          .filter(ReasoningSplitter.Piece.class::isInstance)
          .forEach(part -> told.append(((ReasoningSplitter.Piece) part).text()));
      assertThat(told.toString()).doesNotContain(format.callBegin(), "function", "name");
    }
  }

  @Example
  void whatIsNoCallStaysText() {
    for (String text :
        List.of(
            "a < b and <tool is no mark",
            "<tool_call>\nno json\n</tool_call> then more",
            "<tool_call>{\"name\": 1}</tool_call>")) {
      assertThat(parse(ToolFormat.HERMES, true, text, 3)).containsExactly(text);
    }
    assertThat(parse(ToolFormat.DEEPSEEK_R1, true, "1 <｜ 2", 1)).containsExactly("1 <｜ 2");
  }

  @Example
  void partsOfACallMayComeInAnotherOrder() {
    assertThat(
            parse(
                ToolFormat.HERMES,
                true,
                "<tool_call>{\"arguments\": {\"a\": 1}, \"name\": \"f\"}</tool_call>",
                4))
        .containsExactly("", "f", "{\"a\":1}");
  }
}
