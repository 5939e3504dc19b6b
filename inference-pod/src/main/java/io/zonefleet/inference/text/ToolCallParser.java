package io.zonefleet.inference.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zonefleet.inference.text.ReasoningSplitter.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds calls of functions in the text of an answer as it streams, and tells them part by part.
 * What could still become a mark is held back, so that no mark is ever taken for text. Not
 * thread-safe.
 */
public final class ToolCallParser {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String FUNCTION = "function";
  private static final String SEPARATOR = "<｜tool▁sep｜>";
  private static final Pattern FENCE = Pattern.compile("\\s*(\\S+)\\s*```(?:json)?\\s*\\n");
  private static final Pattern JSON_HEAD =
      Pattern.compile(
          "\\s*\\{\\s*\"name\"\\s*:\\s*(\"(?:[^\"\\\\]|\\\\.)*\")\\s*,\\s*\"arguments\"\\s*:\\s*(?=\\{)");

  private enum State {
    /** Text that is for the user. */
    TEXT,
    /** Between calls, where nothing counts but marks. */
    BETWEEN,
    /** After a call's mark, before its arguments. */
    HEAD,
    ARGUMENTS,
    /** After the arguments, before the mark that ends the call. */
    TAIL,
    /** After the last call. */
    DONE
  }

  private final ToolFormat format;
  private final boolean several;
  private final Supplier<String> ids;
  private State state = State.TEXT;
  private String held = "";
  private boolean atStart = true;
  private int calls;
  private JsonDepth depth = new JsonDepth();

  /**
   * @param several whether there may be more than one call; the answer is over after the first
   *     otherwise
   * @param ids makes the identity of a call
   */
  public ToolCallParser(ToolFormat format, boolean several, Supplier<String> ids) {
    this.format = format;
    this.several = several;
    this.ids = ids;
  }

  /** Whether nothing that follows counts any more. */
  public boolean done() {
    return state == State.DONE;
  }

  public List<Part> next(String text) {
    List<Part> parts = new ArrayList<>();
    held += text;
    while (step(parts)) {
      // each step takes some of what is held, or changes the state
    }
    return parts;
  }

  /** The rest, when the answer has ended. */
  public List<Part> end() {
    List<Part> parts = new ArrayList<>();
    switch (state) {
      case TEXT -> text(parts, held.stripTrailing());
      case ARGUMENTS -> arguments(parts, held.substring(0, beforeFence(held, held.length())));
      case HEAD -> unfinished(parts);
      default -> {}
    }
    held = "";
    return parts;
  }

  /** A call that was cut off before its arguments is no text for the user. */
  private void unfinished(List<Part> parts) {
    if (format.json()) {
      whole(parts, held);
    }
  }

  private boolean step(List<Part> parts) {
    return switch (state) {
      case TEXT -> inText(parts);
      case BETWEEN -> between();
      case HEAD -> format.json() ? jsonHead(parts) : head(parts);
      case ARGUMENTS -> format.json() ? jsonArguments(parts) : inArguments(parts);
      case TAIL -> tail();
      case DONE -> {
        held = "";
        yield false;
      }
    };
  }

  private boolean inText(List<Part> parts) {
    String mark = format.begin().isEmpty() ? format.callBegin() : format.begin();
    int at = held.indexOf(mark);
    if (at >= 0) {
      text(parts, held.substring(0, at).stripTrailing());
      held = held.substring(at + mark.length());
      state = format.begin().isEmpty() ? State.HEAD : State.BETWEEN;
      return true;
    }
    int keep = held.length() - beginning(held, mark);
    keep = held.substring(0, keep).stripTrailing().length();
    text(parts, held.substring(0, keep));
    held = held.substring(keep);
    return false;
  }

  private boolean between() {
    int call = held.indexOf(format.callBegin());
    int end = held.indexOf(format.end());
    if (end >= 0 && (call < 0 || end < call)) {
      state = State.DONE;
      return true;
    }
    if (call < 0) {
      return false;
    }
    held = held.substring(call + format.callBegin().length());
    state = State.HEAD;
    return true;
  }

  /** {@code function<sep>NAME}, a line end and a fence; or {@code NAME<sep>}. */
  private boolean head(List<Part> parts) {
    int separator = held.indexOf(SEPARATOR);
    if (separator < 0) {
      return false;
    }
    String before = held.substring(0, separator).strip();
    String after = held.substring(separator + SEPARATOR.length());
    if (!before.equals(FUNCTION)) {
      call(parts, before);
      held = after;
      return true;
    }
    Matcher fence = FENCE.matcher(after);
    if (!fence.lookingAt()) {
      return false;
    }
    call(parts, fence.group(1));
    held = after.substring(fence.end());
    return true;
  }

  private boolean inArguments(List<Part> parts) {
    int end = held.indexOf(format.callEnd());
    if (end >= 0) {
      arguments(parts, held.substring(0, beforeFence(held, end)));
      held = held.substring(end + format.callEnd().length());
      state = several ? State.BETWEEN : State.DONE;
      return true;
    }
    int keep = beforeFence(held, held.length() - beginning(held, format.callEnd()));
    arguments(parts, held.substring(0, keep));
    held = held.substring(keep);
    return false;
  }

  /** Where the white space and backticks begin that {@code text} has before {@code end}. */
  private static int beforeFence(String text, int end) {
    int at = text.substring(0, end).stripTrailing().length();
    while (at > 0 && text.charAt(at - 1) == '`') {
      at--;
    }
    return text.substring(0, at).stripTrailing().length();
  }

  private boolean jsonHead(List<Part> parts) {
    Matcher head = JSON_HEAD.matcher(held);
    if (head.lookingAt()) {
      call(parts, read(head.group(1)).asText());
      held = held.substring(head.end());
      depth = new JsonDepth();
      return true;
    }
    int end = held.indexOf(format.callEnd());
    if (end < 0) {
      return false;
    }
    String inner = held.substring(0, end);
    held = held.substring(end + format.callEnd().length());
    if (whole(parts, inner)) {
      state = several ? State.TEXT : State.DONE;
    } else {
      state = State.TEXT;
      text(parts, format.callBegin() + inner + format.callEnd());
    }
    return true;
  }

  /** A call whose parts come in another order, or whose arguments are no object. */
  private boolean whole(List<Part> parts, String json) {
    JsonNode call = read(json);
    JsonNode arguments = call.has("arguments") ? call.get("arguments") : call.path("parameters");
    if (!call.path("name").isTextual() || arguments.isMissingNode()) {
      return false;
    }
    call(parts, call.get("name").asText());
    arguments(parts, arguments.isTextual() ? arguments.asText() : arguments.toString());
    state = State.TAIL;
    return true;
  }

  private static JsonNode read(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JsonProcessingException e) {
      return MAPPER.missingNode();
    }
  }

  private boolean jsonArguments(List<Part> parts) {
    int end = depth.end(held);
    arguments(parts, held.substring(0, end));
    held = held.substring(end);
    if (depth.closed()) {
      state = State.TAIL;
      return true;
    }
    return false;
  }

  private boolean tail() {
    int end = held.indexOf(format.callEnd());
    if (end < 0) {
      return false;
    }
    held = held.substring(end + format.callEnd().length());
    state = several ? State.TEXT : State.DONE;
    return true;
  }

  private void text(List<Part> parts, String text) {
    String out = atStart ? text.stripLeading() : text;
    if (!out.isEmpty()) {
      atStart = false;
      parts.add(new Piece(false, out));
    }
  }

  private void call(List<Part> parts, String name) {
    parts.add(new Part.Call(calls++, ids.get(), name));
    state = State.ARGUMENTS;
    // white space between calls is not for the user
    atStart = true;
  }

  private void arguments(List<Part> parts, String text) {
    if (!text.isEmpty()) {
      parts.add(new Part.Arguments(calls - 1, text));
    }
  }

  /** How many characters at the end of {@code text} may be the beginning of {@code mark}. */
  private static int beginning(String text, String mark) {
    for (int n = Math.min(mark.length() - 1, text.length()); n > 0; n--) {
      if (text.endsWith(mark.substring(0, n))) {
        return n;
      }
    }
    return 0;
  }
}
