package io.zonefleet.inference.api;

import io.zonefleet.inference.constraint.CompiledConstraint;
import io.zonefleet.inference.constraint.ConstraintCompiler;
import io.zonefleet.inference.constraint.ReasoningConstraint;
import io.zonefleet.inference.constraint.TokenTable;
import io.zonefleet.inference.engine.TokenConstraint;
import io.zonefleet.inference.text.ReasoningSplitter;
import io.zonefleet.inference.text.Tokenizer;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What one model's answers can be kept to.
 *
 * @param close the tokens that spell {@code </think>}
 */
record Constraints(ConstraintCompiler compiler, TokenTable table, int[] close) {
  static Constraints of(Tokenizer tokenizer) {
    TokenTable table = TokenTable.of(tokenizer.vocabulary());
    return new Constraints(
        new ConstraintCompiler(table), table, tokenizer.encode(ReasoningSplitter.CLOSE));
  }

  /**
   * The constraint of one generation, if it needs any.
   *
   * @param reasoning whether the answer comes after a reasoning that the prompt has opened
   * @param mostReasoning the most tokens of that; half of {@code maxTokens} where it is empty and
   *     the answer has a form, so that there is room for the answer
   */
  Optional<TokenConstraint> begin(
      Optional<CompiledConstraint> answer,
      boolean reasoning,
      OptionalInt mostReasoning,
      int maxTokens,
      Set<Integer> endTokens) {
    if (!reasoning || (answer.isEmpty() && mostReasoning.isEmpty())) {
      return answer.map(compiled -> compiled.begin(endTokens));
    }
    return Optional.of(
        new ReasoningConstraint(
            table, close, mostReasoning.orElse(maxTokens / 2), answer, endTokens));
  }
}
