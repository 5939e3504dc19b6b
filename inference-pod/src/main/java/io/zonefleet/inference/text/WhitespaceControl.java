package io.zonefleet.inference.text;

/**
 * Takes out of a template the white space that Jinja's lexer takes out, with {@code trim_blocks} and
 * {@code lstrip_blocks} as chat templates are rendered, and comments as well. Jinjava's own handling
 * leaves space before {@code {{-} after a block, so a prompt would differ from what models were
 * trained on.
 */
final class WhitespaceControl {
  private final String template;
  private final StringBuilder out = new StringBuilder();

  /** What the last tag does to the text after it. */
  private boolean stripsAll;

  private boolean stripsLineEnd;
  private boolean lineStarts = true;

  private WhitespaceControl(String template) {
    this.template = template;
  }

  /**
   * @return the same template without signs of white space control
   */
  static String applied(String template) {
    // Jinja drops one line end at the end
    String text = template.endsWith("\n") ? template.substring(0, template.length() - 1) : template;
    return new WhitespaceControl(text).apply();
  }

  private String apply() {
    int at = 0;
    while (at < template.length()) {
      int tag = nextTag(at);
      if (tag < 0) {
        text(template.substring(at), ' ', ' ');
        break;
      }
      char kind = template.charAt(tag + 1);
      int end = end(tag, kind);
      text(template.substring(at, tag), kind, template.charAt(tag + 2));
      boolean signBefore = "-+".indexOf(template.charAt(tag + 2)) >= 0;
      boolean signAfter = end - 3 > tag + 1 && "-+".indexOf(template.charAt(end - 3)) >= 0;
      if (kind != '#') {
        out.append('{').append(kind);
        out.append(template, tag + (signBefore ? 3 : 2), end - (signAfter ? 3 : 2));
        out.append(template, end - 2, end);
      }
      stripsAll = template.charAt(end - 3) == '-';
      stripsLineEnd = kind != '{' && template.charAt(end - 3) != '+';
      lineStarts = false;
      at = end;
    }
    return out.toString();
  }

  private int nextTag(int from) {
    for (int at = template.indexOf('{', from); at >= 0; at = template.indexOf('{', at + 1)) {
      if (at + 2 < template.length() && "{%#".indexOf(template.charAt(at + 1)) >= 0) {
        return at;
      }
    }
    return -1;
  }

  /** Where a tag is over: quotes and braces within it are not its end. */
  private int end(int tag, char kind) {
    if (kind == '#') {
      int end = template.indexOf("#}", tag + 2);
      return end < 0 ? template.length() : end + 2;
    }
    char close = kind == '{' ? '}' : '%';
    int braces = 0;
    for (int at = tag + 2; at + 1 < template.length(); at++) {
      char c = template.charAt(at);
      if (c == '"' || c == '\'') {
        at = quoteEnd(at);
      } else if (braces == 0 && c == close && template.charAt(at + 1) == '}') {
        return at + 2;
      } else if (c == '{') {
        braces++;
      } else if (c == '}') {
        braces--;
      }
    }
    throw new TextException("the chat template has a tag without an end");
  }

  private int quoteEnd(int from) {
    for (int at = from + 1; at < template.length(); at++) {
      if (template.charAt(at) == '\\') {
        at++;
      } else if (template.charAt(at) == template.charAt(from)) {
        return at;
      }
    }
    return template.length();
  }

  private void text(String text, char nextKind, char nextSign) {
    String kept = text;
    if (stripsAll) {
      kept = kept.stripLeading();
    } else if (stripsLineEnd && kept.startsWith("\n")) {
      kept = kept.substring(1);
      lineStarts = true;
    }
    if (nextSign == '-') {
      kept = kept.stripTrailing();
    } else if ((nextKind == '%' || nextKind == '#') && nextSign != '+') {
      int line = kept.lastIndexOf('\n') + 1;
      if ((line > 0 || lineStarts) && kept.substring(line).isBlank()) {
        kept = kept.substring(0, line);
      }
    }
    out.append(kept);
  }
}
