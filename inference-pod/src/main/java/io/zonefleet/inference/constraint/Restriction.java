package io.zonefleet.inference.constraint;

import io.zonefleet.inference.text.ToolFormat;
import java.util.List;

/** What a client wants an answer to look like. */
public sealed interface Restriction {
  /** Any JSON object. */
  record JsonObject() implements Restriction {}

  /**
   * JSON that is valid against a schema.
   *
   * @param schema its text, so that the order of properties counts
   */
  record Json(String schema) implements Restriction {}

  /** Text that matches as a whole. */
  record Regex(String pattern) implements Restriction {}

  /** One of some texts. */
  record Choice(List<String> texts) implements Restriction {
    public Choice {
      texts = List.copyOf(texts);
    }
  }

  /**
   * Nothing but calls of functions.
   *
   * @param functions those that may be called, at least one
   * @param several whether more than one call is allowed, up to 16
   */
  record ToolCalls(ToolFormat format, List<Function> functions, boolean several)
      implements Restriction {
    public ToolCalls {
      functions = List.copyOf(functions);
    }

    /**
     * @param parameters the schema of its arguments
     */
    public record Function(String name, String parameters) {}
  }
}
