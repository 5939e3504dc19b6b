package io.zonefleet.inference.text;

import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.lib.filter.Filter;
import java.util.Iterator;
import java.util.Map;

/**
 * The filter {@code tojson} as chat templates know it from Hugging Face: {@code json.dumps} with
 * {@code ensure_ascii=False}, a space after each comma and colon. Models were trained on that.
 */
final class PythonJson implements Filter {
  @Override
  public String getName() {
    return "tojson";
  }

  @Override
  public Object filter(Object value, JinjavaInterpreter interpreter, String... arguments) {
    StringBuilder out = new StringBuilder();
    write(out, value);
    return out.toString();
  }

  static void write(StringBuilder out, Object value) {
    switch (value) {
      case null -> out.append("null");
      case Map<?, ?> map -> {
        String comma = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.append(comma);
          string(out, String.valueOf(entry.getKey()));
          write(out.append(": "), entry.getValue());
          comma = ", ";
        }
        out.append(map.isEmpty() ? "{}" : "}");
      }
      case Iterable<?> list -> {
        String comma = "[";
        Iterator<?> each = list.iterator();
        out.append(each.hasNext() ? "" : "[");
        while (each.hasNext()) {
          write(out.append(comma), each.next());
          comma = ", ";
        }
        out.append("]");
      }
      case Number number -> out.append(number);
      case Boolean flag -> out.append(flag);
      default -> string(out, value.toString());
    }
  }

  private static void string(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> out.append(c < 0x20 ? String.format("\\u%04x", (int) c) : String.valueOf(c));
      }
    }
    out.append('"');
  }
}
