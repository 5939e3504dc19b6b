package io.zonefleet.inference.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Parts the text of an answer into reasoning (inside {@code <think>}) and the answer proper, as it
 * streams. Tags are removed, and so is white space around the two parts. A tag may come in pieces:
 * what could still become one is held back. Not thread-safe.
 */
public final class ReasoningSplitter {
  public static final String OPEN = "<think>";
  public static final String CLOSE = "</think>";

  /** A stretch of text of one kind; never empty. */
  public record Piece(boolean reasoning, String text) implements Part {}

  private boolean reasoning;
  private boolean atStart = true;
  private boolean closed;
  private String held = "";

  /**
   * @param insideReasoning whether the prompt ended with an open {@code <think>}, as the template
   *     of DeepSeek-R1 does
   */
  public ReasoningSplitter(boolean insideReasoning) {
    reasoning = insideReasoning;
  }

  /** For an answer in which nothing is reasoning, whatever tags its text may hold. */
  public static ReasoningSplitter withoutReasoning() {
    ReasoningSplitter splitter = new ReasoningSplitter(false);
    splitter.closed = true;
    return splitter;
  }

  /** Whether a rendered prompt leaves the model inside its reasoning. */
  public static boolean opensReasoning(String prompt) {
    return prompt.stripTrailing().endsWith(OPEN);
  }

  public List<Piece> next(String text) {
    List<Piece> pieces = new ArrayList<>();
    String all = held + text;
    held = "";
    while (!all.isEmpty()) {
      String tag = reasoning ? CLOSE : closed ? null : OPEN;
      int at = tag == null ? -1 : all.indexOf(tag);
      if (at >= 0) {
        emit(pieces, all.substring(0, at).stripTrailing());
        all = all.substring(at + tag.length());
        closed = reasoning;
        reasoning = !reasoning;
        atStart = true;
        continue;
      }
      int keep = heldLength(all, tag);
      held = all.substring(all.length() - keep);
      emit(pieces, all.substring(0, all.length() - keep));
      break;
    }
    return pieces;
  }

  /** The rest, when the answer has ended; white space at its end stays away. */
  public List<Piece> end() {
    List<Piece> pieces = new ArrayList<>();
    emit(pieces, held.stripTrailing());
    held = "";
    return pieces;
  }

  private void emit(List<Piece> pieces, String text) {
    String out = atStart ? text.stripLeading() : text;
    if (!out.isEmpty()) {
      atStart = false;
      pieces.add(new Piece(reasoning, out));
    }
  }

  /** Trailing characters that may be the beginning of {@code tag}, or white space before it. */
  private static int heldLength(String text, String tag) {
    int end = text.length();
    if (tag != null) {
      for (int n = Math.min(tag.length() - 1, text.length()); n > 0; n--) {
        if (text.endsWith(tag.substring(0, n))) {
          end = text.length() - n;
          break;
        }
      }
    }
    return text.length() - text.substring(0, end).stripTrailing().length();
  }
}
