package io.zonefleet.inference.constraint;

import io.zonefleet.inference.engine.TokenConstraint;
import io.zonefleet.inference.text.ReasoningSplitter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * Leaves the reasoning free, ends it after so many tokens, and keeps the answer after it to a
 * constraint. The reasoning ends with {@code </think>}, be it the token of that name or a text of
 * several tokens; until then the answer may not end.
 */
public final class ReasoningConstraint implements TokenConstraint {
  private static final byte[] CLOSE = ReasoningSplitter.CLOSE.getBytes(StandardCharsets.UTF_8);

  private final TokenTable table;
  private final int[] close;
  private final int most;
  private final Optional<GrammarConstraint> answer;
  private final Set<Integer> endTokens;
  private byte[] tail = {};
  private int tokens;
  private int closing;
  private boolean closed;

  /**
   * @param close the tokens that spell {@code </think>}
   * @param most tokens of reasoning before these, 0 or more
   * @param answer what the answer must look like
   */
  public ReasoningConstraint(
      TokenTable table,
      int[] close,
      int most,
      Optional<CompiledConstraint> answer,
      Set<Integer> endTokens) {
    this.table = table;
    this.close = close.clone();
    this.most = most;
    this.answer = answer.map(compiled -> new GrammarConstraint(compiled, endTokens));
    this.endTokens = Set.copyOf(endTokens);
  }

  @Override
  public void mask(float[] logits) {
    if (closed) {
      answer.ifPresent(constraint -> constraint.mask(logits));
    } else if (tokens >= most) {
      float kept = logits[close[closing]];
      Arrays.fill(logits, Float.NEGATIVE_INFINITY);
      // a bias may have forbidden it, but it must come
      logits[close[closing]] = Float.isFinite(kept) ? kept : 0;
    } else if (answer.isPresent()) {
      for (int end : endTokens) {
        if (end < logits.length) {
          logits[end] = Float.NEGATIVE_INFINITY;
        }
      }
    }
  }

  @Override
  public void accept(int token) {
    if (closed) {
      answer.ifPresent(constraint -> constraint.accept(token));
      return;
    }
    closing += tokens++ >= most ? 1 : 0;
    if (close.length == 1 && token == close[0]) {
      closed = true;
      return;
    }
    byte[] text = join(tail, table.bytes(token));
    int at = indexOfClose(text);
    if (at >= 0) {
      closed = true;
      byte[] rest = Arrays.copyOfRange(text, at + CLOSE.length, text.length);
      answer.ifPresent(constraint -> constraint.accept(rest));
    }
    tail = Arrays.copyOfRange(text, Math.max(0, text.length - CLOSE.length + 1), text.length);
  }

  private static byte[] join(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  private static int indexOfClose(byte[] text) {
    for (int at = 0; at + CLOSE.length <= text.length; at++) {
      if (Arrays.equals(text, at, at + CLOSE.length, CLOSE, 0, CLOSE.length)) {
        return at;
      }
    }
    return -1;
  }
}
