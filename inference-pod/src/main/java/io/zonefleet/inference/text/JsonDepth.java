package io.zonefleet.inference.text;

/** Follows a JSON object to its end, as it streams. Not thread-safe. */
final class JsonDepth {
  private int open;
  private boolean inString;
  private boolean escaped;
  private boolean closed;

  boolean closed() {
    return closed;
  }

  /** How much of {@code text} belongs to it. */
  int end(String text) {
    for (int at = 0; at < text.length(); at++) {
      char c = text.charAt(at);
      if (escaped) {
        escaped = false;
      } else if (inString) {
        escaped = c == '\\';
        inString = c != '"';
      } else if (c == '"') {
        inString = true;
      } else if (c == '{' || c == '[') {
        open++;
      } else if (c == '}' || c == ']') {
        open--;
        if (open == 0) {
          closed = true;
          return at + 1;
        }
      }
    }
    return text.length();
  }
}
