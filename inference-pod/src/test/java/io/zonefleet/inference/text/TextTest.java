package io.zonefleet.inference.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.inference.text.ReasoningSplitter.Piece;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class TextTest {
  private static final Tokenizer TOKENIZER =
      Tokenizer.open(Path.of(System.getProperty("zonefleet.model.dir"), "r1", "tokenizer.json"));

  @Provide
  Arbitrary<String> unicode() {
    Arbitrary<String> characters =
        Arbitraries.of(
            "a", " ", "\n", "é", "你", "好", "😀", "한", "𝒳", "1", "\u00a0", "ß", "�", "<");
    return characters.list().ofMaxSize(40).map(list -> String.join("", list));
  }

  /** The tokenizer normalizes to NFC and loses nothing else. */
  @Property(tries = 300)
  void detokenizingGivesTheTextBackAndNeverHalfACharacter(@ForAll("unicode") String text) {
    Detokenizer detokenizer = new Detokenizer(TOKENIZER.vocabulary());
    StringBuilder all = new StringBuilder();
    boolean replacement = text.contains("�");
    for (int token : TOKENIZER.encode(text)) {
      String piece = detokenizer.next(token);
      if (!replacement) {
        assertThat(piece).doesNotContain("�");
      }
      assertThat(piece.isEmpty() || !Character.isHighSurrogate(piece.charAt(piece.length() - 1)))
          .isTrue();
      all.append(piece);
    }
    all.append(detokenizer.end());
    assertThat(all.toString()).isEqualTo(Normalizer.normalize(text, Normalizer.Form.NFC));
  }

  @Example
  void bytesThatCannotBecomeACharacterAreReplaced() {
    Detokenizer detokenizer = new Detokenizer(TOKENIZER.vocabulary());
    int[] half = TOKENIZER.encode("😀");
    String piece = detokenizer.next(half[0]);
    assertThat(piece + detokenizer.next(TOKENIZER.encode("a")[0]) + detokenizer.end())
        .endsWith("a");
  }

  @Provide
  Arbitrary<String> thoughts() {
    return Arbitraries.of(
            "<think>", "</think>", "<", "th", "ink>", "</", "a", "b", " ", "\n", "</thin")
        .list()
        .ofMaxSize(20)
        .map(list -> String.join("", list));
  }

  @Property
  void reasoningIsSplitTheSameHoweverTheTextIsCut(
      @ForAll("thoughts") String text,
      @ForAll boolean inside,
      @ForAll @IntRange(min = 1, max = 7) int size) {
    assertThat(split(text, inside, size)).isEqualTo(split(text, inside, Integer.MAX_VALUE));
  }

  private static List<String> split(String text, boolean inside, int size) {
    ReasoningSplitter splitter = new ReasoningSplitter(inside);
    List<Piece> pieces = new ArrayList<>();
    for (int at = 0; at < text.length(); at += Math.min(size, text.length() - at)) {
      pieces.addAll(splitter.next(text.substring(at, at + Math.min(size, text.length() - at))));
    }
    pieces.addAll(splitter.end());
    StringBuilder reasoning = new StringBuilder();
    StringBuilder answer = new StringBuilder();
    for (Piece piece : pieces) {
      assertThat(piece.text()).isNotEmpty();
      (piece.reasoning() ? reasoning : answer).append(piece.text());
    }
    return List.of(reasoning.toString(), answer.toString());
  }

  @Example
  void reasoningAndAnswerLoseTheirTagsAndTheSpaceAroundThem() {
    assertThat(split("so it is\n</think>\n\nParis. \n", true, 3))
        .containsExactly("so it is", "Paris.");
    assertThat(split("<think>\n\n</think>\n\nHello", false, 2)).containsExactly("", "Hello");
    assertThat(split("a </think> b", false, 2)).containsExactly("", "a </think> b");
  }

  @Property
  void nothingOfAStopStringGetsOutAndNothingElseIsLost(
      @ForAll("thoughts") String text, @ForAll @IntRange(min = 1, max = 5) int size) {
    List<String> stops = List.of("ab", "</think>", "bb");
    StopStrings stop = new StopStrings(stops);
    StringBuilder out = new StringBuilder();
    for (int at = 0; at < text.length(); at += Math.min(size, text.length() - at)) {
      out.append(stop.next(text.substring(at, at + Math.min(size, text.length() - at))));
    }
    out.append(stop.end());
    boolean has = stops.stream().anyMatch(text::contains);
    assertThat(stop.stopped()).isEqualTo(has);
    assertThat(text).startsWith(out.toString());
    if (has) {
      assertThat(stops).noneMatch(each -> out.toString().contains(each));
    } else {
      assertThat(out.toString()).isEqualTo(text);
    }
  }
}
