package io.zonefleet.inference.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.inference.engine.TokenConstraint;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReasoningConstraintTest {
  private static final int CLOSE = 2047;

  private static TokenConstraint constraint(int most) {
    CompiledConstraint answer =
        new ConstraintCompiler(Walk.TABLE)
            .compile(new Restriction.Choice(List.of("yes", "no")), true);
    return new ReasoningConstraint(
        Walk.TABLE, new int[] {CLOSE}, most, Optional.of(answer), Set.of(Walk.END));
  }

  private static int token(String text) {
    for (int token = 0; token < Walk.VOCABULARY.size(); token++) {
      if (new String(Walk.VOCABULARY.spelling(token), StandardCharsets.UTF_8).equals(text)) {
        return token;
      }
    }
    throw new AssertionError(text);
  }

  private static void acceptAll(TokenConstraint constraint, String text) {
    for (String letter : text.split("")) {
      assertThat(Walk.allowed(constraint)).contains(token(letter));
      constraint.accept(token(letter));
    }
  }

  @Test
  void reasoningIsFreeButCannotEndTheAnswer() {
    TokenConstraint constraint = constraint(100);
    acceptAll(constraint, "so{\"no");
    List<Integer> allowed = Walk.allowed(constraint);
    assertThat(allowed).contains(CLOSE).doesNotContain(Walk.END);
    assertThat(allowed).hasSizeGreaterThan(2000);
    constraint.accept(CLOSE);
    assertThat(Walk.text(constraint, 3)).matches("\n{0,2}(yes|no)");
  }

  @Test
  void atItsBoundReasoningIsClosed() {
    TokenConstraint constraint = constraint(3);
    acceptAll(constraint, "abc");
    assertThat(Walk.allowed(constraint)).containsExactly(CLOSE);
    constraint.accept(CLOSE);
    assertThat(Walk.text(constraint, 5)).matches("\n{0,2}(yes|no)");
  }

  /** The splitter of the answer's text goes by letters, so the constraint must as well. */
  @Test
  void aCloseInLettersCountsToo() {
    TokenConstraint constraint = constraint(100);
    acceptAll(constraint, "a</think>");
    assertThat(Walk.text(constraint, 7)).matches("\n{0,2}(yes|no)");
  }

  @Test
  void aBoundAloneLeavesTheAnswerFree() {
    TokenConstraint constraint =
        new ReasoningConstraint(
            Walk.TABLE, new int[] {CLOSE}, 1, Optional.empty(), Set.of(Walk.END));
    assertThat(Walk.allowed(constraint)).contains(Walk.END);
    constraint.accept(token("a"));
    assertThat(Walk.allowed(constraint)).containsExactly(CLOSE);
    constraint.accept(CLOSE);
    assertThat(Walk.allowed(constraint)).hasSizeGreaterThan(2040);
  }
}
