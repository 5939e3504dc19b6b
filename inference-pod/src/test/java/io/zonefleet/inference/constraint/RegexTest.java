package io.zonefleet.inference.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonefleet.inference.engine.TokenConstraint;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.opentest4j.TestAbortedException;

class RegexTest {
  @Provide
  Arbitrary<String> regexes() {
    return regexes(4);
  }

  private static Arbitrary<String> regexes(int depth) {
    Arbitrary<String> atoms =
        Arbitraries.of(
            "a", "b", "é", "你", "😀", ".", "[ab]", "[^a]", "[a-é]", "\\d", "\\W", "\\.", "x{2}",
            "\\u00e9");
    if (depth == 0) {
      return atoms;
    }
    Arbitrary<String> parts = regexes(depth - 1);
    return Arbitraries.oneOf(
        atoms,
        Combinators.combine(parts, parts).as((x, y) -> x + y),
        Combinators.combine(parts, parts).as((x, y) -> "(" + x + "|" + y + ")"),
        Combinators.combine(parts, Arbitraries.of("*", "+", "?", "{1,3}", "{2}", "{0,2}?"))
            .as((x, count) -> "(?:" + x + ")" + count));
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of("a", "b", "é", "你", "😀", "1", "\n", ".", "x", "xx")
        .list()
        .ofMaxSize(6)
        .map(list -> String.join("", list));
  }

  /** Java's engine tries alternatives one after another: on some regexes for hours. */
  private static Matcher javas(String regex, String text) {
    return Pattern.compile(regex).matcher(new Patience(text, 0, text.length(), new int[1]));
  }

  /** A text that may be looked at so often; a sample that needs more is left out. */
  private record Patience(String text, int from, int to, int[] looks) implements CharSequence {
    private static final int MOST = 10_000_000;

    @Override
    public char charAt(int index) {
      Assume.that(++looks[0] < MOST);
      return text.charAt(from + index);
    }

    @Override
    public int length() {
      return to - from;
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Patience(text, from + start, from + end, looks);
    }

    @Override
    public String toString() {
      return text.substring(from, to);
    }
  }

  @Example
  void anOracleThatTakesForEverIsNotWaitedFor() {
    assertThatThrownBy(() -> javas("(?:(?:a|a)*)*b", "a".repeat(60)).matches())
        .isInstanceOf(TestAbortedException.class);
  }

  /** Java's own engine is the oracle. */
  @Property(tries = 2000)
  void acceptsWhatJavaAccepts(@ForAll("regexes") String regex, @ForAll("texts") String text) {
    // Java's dot excludes NEL too, which no text here has
    assertThat(Walk.accepts(Walk.compile(new Restriction.Regex(regex)), text))
        .isEqualTo(javas(regex, text).matches());
  }

  /** A text that ended matches; one that goes on, for ever maybe, could still become a match. */
  @Property(tries = 300)
  void drawnTextsMatch(@ForAll("regexes") String regex, @ForAll long seed) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    boolean ended =
        Walk.draw(Walk.begin(Walk.compile(new Restriction.Regex(regex))), seed, 50, bytes);
    String text = bytes.toString(StandardCharsets.UTF_8);
    if (!ended) {
      // the last character may be half
      text = text.replaceAll("\ufffd+$", "");
    }
    Matcher matcher = javas(regex, text);
    assertThat(matcher.matches() || (!ended && matcher.hitEnd()))
        .as("%s and %s", regex, text)
        .isTrue();
  }

  /** The fast ways to a mask give what trying each token by itself gives. */
  @Property(tries = 200)
  void masksAreExact(@ForAll("masked") Tuple.Tuple2<Restriction, Long> drawn) {
    CompiledConstraint compiled = Walk.compile(drawn.get1());
    TokenConstraint constraint = Walk.begin(compiled);
    SplittableRandom random = new SplittableRandom(drawn.get2());
    Expression state = compiled.start();
    for (int i = 0; i < 12; i++) {
      List<Integer> allowed = Walk.allowed(constraint);
      Set<Integer> fast = Set.copyOf(allowed);
      for (int token = 0; token < Walk.VOCABULARY.size(); token++) {
        boolean one =
            token == Walk.END
                ? state.endable()
                : !Walk.VOCABULARY.added(token)
                    && Walk.TABLE.bytes(token).length > 0
                    && !compiled.dead(compiled.after(state, token));
        assertThat(fast.contains(token)).as("token %d in step %d", token, i).isEqualTo(one);
      }
      int token = allowed.get(random.nextInt(allowed.size()));
      if (token == Walk.END) {
        return;
      }
      constraint.accept(token);
      state = compiled.after(state, token);
    }
  }

  @Provide
  Arbitrary<Tuple.Tuple2<Restriction, Long>> masked() {
    return Arbitraries.longs()
        .map(
            seed ->
                Tuple.of(
                    seed % 3 == 0
                        ? (Restriction) new Restriction.JsonObject()
                        : new Restriction.Json(new RandomSchemas(seed).next().toString()),
                    seed));
  }

  @Example
  void choicesAreTheOnlyTexts() {
    List<String> texts = List.of("yes", "no", "not now", "你好", "naïve");
    CompiledConstraint compiled = Walk.compile(new Restriction.Choice(texts));
    for (String text : texts) {
      assertThat(Walk.accepts(compiled, text)).isTrue();
    }
    for (int seed = 0; seed < 100; seed++) {
      assertThat(texts).contains(Walk.text(Walk.begin(compiled), seed));
    }
  }

  @Example
  void whatNoAutomatonCanDoIsRefused() {
    for (String regex :
        List.of(
            "(?=a)",
            "(?!a)",
            "(?<=a)b",
            "\\1",
            "a\\b",
            "\\p{L}",
            "a^",
            "a$b",
            "(a",
            "a)",
            "[a",
            "*a",
            "a**",
            "a{3,2}",
            "[z-a]",
            "a{9999999}b{200000}",
            "\\",
            "(?i)a",
            "\\u12",
            "[[:alpha:]]",
            "a++")) {
      assertThatThrownBy(() -> Walk.compile(new Restriction.Regex(regex)))
          .as(regex)
          .isInstanceOf(ConstraintException.class)
          .hasMessageContaining("regular expression");
    }
    assertThatThrownBy(() -> Walk.compile(new Restriction.Regex("[^\\s\\S]")))
        .hasMessageContaining("no text at all");
    assertThatThrownBy(() -> Walk.compile(new Restriction.Choice(List.of())))
        .hasMessageContaining("1 to");
  }
}
