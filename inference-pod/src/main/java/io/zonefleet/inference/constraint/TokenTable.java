package io.zonefleet.inference.constraint;

import io.zonefleet.inference.text.Vocabulary;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The tokens that may spell a constrained answer. Most tokens of a vocabulary are plain: they may
 * stand inside a JSON string as they are. Where a string may go on, all of them are allowed at
 * once, and only the few others are tried one by one. Thread-safe.
 */
public final class TokenTable {
  /** Characters of a short token; hardly any are longer. */
  private static final int SHORT = 16;

  /** States to look at before giving up: a string that may go on for ever has about 10. */
  private static final int PROBES_ANY = 64;

  private static final int PROBES_FEW = 1_000;

  static final CodePoints PLAIN =
      CodePoints.ALL.without(CodePoints.of("\"\\").or(CodePoints.range(0, 0x1F)));

  private final byte[][] spelled;
  private final Map<String, Integer> markers;
  private final TokenTrie all;
  private final TokenTrie notPlain;
  private final TokenTrie notShort;
  private final long[] plain;
  private final long[] shortPlain;

  /**
   * @param spelled the bytes of each token by its number; empty for those that stand for no text
   * @param markers tokens that stand for themselves, such as the ends of a tool call
   */
  public TokenTable(byte[][] spelled, Map<String, Integer> markers) {
    this.spelled = spelled;
    this.markers = Map.copyOf(markers);
    this.plain = new long[(spelled.length + 63) / 64];
    this.shortPlain = new long[plain.length];
    List<Integer> every = new ArrayList<>();
    List<Integer> rare = new ArrayList<>();
    List<Integer> rareOrLong = new ArrayList<>();
    for (int token = 0; token < spelled.length; token++) {
      if (spelled[token].length == 0) {
        continue;
      }
      every.add(token);
      int characters = plainCharacters(spelled[token]);
      if (characters == 0) {
        rare.add(token);
      } else {
        plain[token >> 6] |= 1L << token;
      }
      if (characters == 0 || characters > SHORT) {
        rareOrLong.add(token);
      } else {
        shortPlain[token >> 6] |= 1L << token;
      }
    }
    this.all = new TokenTrie(spelled, every);
    this.notPlain = new TokenTrie(spelled, rare);
    this.notShort = new TokenTrie(spelled, rareOrLong);
  }

  /** All tokens of a model's text; those that were added to it stand for themselves. */
  public static TokenTable of(Vocabulary vocabulary) {
    byte[][] spelled = new byte[vocabulary.size()][];
    Map<String, Integer> markers = new HashMap<>();
    for (int token = 0; token < spelled.length; token++) {
      if (vocabulary.added(token)) {
        spelled[token] = new byte[0];
        markers.put(new String(vocabulary.spelling(token), StandardCharsets.UTF_8), token);
      } else {
        spelled[token] = vocabulary.bytes(token);
      }
    }
    return new TokenTable(spelled, markers);
  }

  /** How many characters a token has; 0 if it is not plain. */
  private static int plainCharacters(byte[] bytes) {
    try {
      int[] characters =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes))
              .toString()
              .codePoints()
              .toArray();
      for (int each : characters) {
        if (each < 0x20 || each == '"' || each == '\\') {
          return 0;
        }
      }
      return characters.length;
    } catch (CharacterCodingException e) {
      return 0;
    }
  }

  /** The token that stands for itself and is spelled so. */
  OptionalInt marker(String spelling) {
    Integer token = markers.get(spelling);
    return token == null ? OptionalInt.empty() : OptionalInt.of(token);
  }

  byte[] bytes(int token) {
    return token < spelled.length ? spelled[token] : new byte[0];
  }

  int words() {
    return plain.length;
  }

  /** What the plain tokens are, for {@link #allowed}. */
  record Probes(Expression any, Expression few) {
    static Probes in(Expressions expressions) {
      Expression character = Utf8.character(expressions, PLAIN);
      return new Probes(
          expressions.repeat(character, 0, Expression.Repeated.UNBOUNDED),
          expressions.repeat(character, 0, SHORT));
    }
  }

  /** One bit for each token that may come in {@code state}. */
  long[] allowed(Grammar grammar, Expression state, Probes probes) {
    long[] bits;
    if (grammar.covers(state, probes.any, PROBES_ANY)) {
      bits = plain.clone();
      notPlain.mark(grammar, state, bits);
    } else if (grammar.covers(state, probes.few, PROBES_FEW)) {
      bits = shortPlain.clone();
      notShort.mark(grammar, state, bits);
    } else {
      bits = new long[plain.length];
      all.mark(grammar, state, bits);
    }
    for (int marker : grammar.markers()) {
      if (!grammar.dead(grammar.afterMarker(state, marker))) {
        bits[marker >> 6] |= 1L << marker;
      }
    }
    return bits;
  }
}
