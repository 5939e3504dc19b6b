package io.zonefleet.inference.text;

import java.util.List;

/**
 * How a model writes that it calls functions: {@code begin call (between call)* end}, where a call
 * is {@code beforeName NAME beforeArguments ARGUMENTS afterArguments}. A piece may be one token of
 * a vocabulary that has it.
 */
public enum ToolFormat {
  /** DeepSeek-R1 and V3. */
  DEEPSEEK_R1(
      "<｜tool▁calls▁begin｜>",
      List.of("<｜tool▁call▁begin｜>", "function", "<｜tool▁sep｜>"),
      List.of("\n```json\n"),
      List.of("\n```", "<｜tool▁call▁end｜>"),
      "\n",
      "<｜tool▁calls▁end｜>"),
  /** DeepSeek-V3.1. */
  DEEPSEEK_V31(
      "<｜tool▁calls▁begin｜>",
      List.of("<｜tool▁call▁begin｜>"),
      List.of("<｜tool▁sep｜>"),
      List.of("<｜tool▁call▁end｜>"),
      "",
      "<｜tool▁calls▁end｜>"),
  /** Qwen2.5, and models whose template knows nothing of tools. */
  HERMES(
      "",
      List.of("<tool_call>", "\n{\"name\": "),
      List.of(", \"arguments\": "),
      List.of("}\n", "</tool_call>"),
      "\n",
      "");

  private final String begin;
  private final List<String> beforeName;
  private final List<String> beforeArguments;
  private final List<String> afterArguments;
  private final String between;
  private final String end;

  ToolFormat(
      String begin,
      List<String> beforeName,
      List<String> beforeArguments,
      List<String> afterArguments,
      String between,
      String end) {
    this.begin = begin;
    this.beforeName = beforeName;
    this.beforeArguments = beforeArguments;
    this.afterArguments = afterArguments;
    this.between = between;
    this.end = end;
  }

  /** What comes before the first call, maybe nothing. */
  public String begin() {
    return begin;
  }

  public List<String> beforeName() {
    return beforeName;
  }

  public List<String> beforeArguments() {
    return beforeArguments;
  }

  public List<String> afterArguments() {
    return afterArguments;
  }

  /** What comes between two calls. */
  public String between() {
    return between;
  }

  /** What comes after the last call, maybe nothing. */
  public String end() {
    return end;
  }

  /** The mark that a call begins with. */
  public String callBegin() {
    return beforeName.getFirst();
  }

  /** The mark that a call ends with. */
  public String callEnd() {
    return afterArguments.getLast();
  }

  /** Whether a call is one JSON object, in which the name is a string. */
  public boolean json() {
    return this == HERMES;
  }
}
