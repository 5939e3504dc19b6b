package io.zonefleet.inference.constraint;

import io.zonefleet.inference.engine.TokenConstraint;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A grammar over a model's tokens, with the masks of its states. May be shared by generations;
 * thread-safe.
 */
public final class CompiledConstraint {
  private final Grammar grammar;
  private final TokenTable table;
  private final TokenTable.Probes probes;
  private long spent;
  private long tokens;
  private final Map<Expression, long[]> masks =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Expression, long[]> eldest) {
          return size() > Limits.MASKS_KEPT;
        }
      };

  CompiledConstraint(Grammar grammar, TokenTable table, TokenTable.Probes probes) {
    this.grammar = grammar;
    this.table = table;
    this.probes = probes;
  }

  /**
   * A new generation's constraint.
   *
   * @param endTokens tokens that end an answer; allowed where it is complete, and only there
   */
  public TokenConstraint begin(Set<Integer> endTokens) {
    return new GrammarConstraint(this, endTokens);
  }

  Expression start() {
    return grammar.start();
  }

  /**
   * One bit for each token that may come in {@code state}; not to be changed.
   *
   * @throws TooComplexException when that takes too long
   */
  synchronized long[] allowed(Expression state) {
    long[] mask = masks.get(state);
    if (mask == null) {
      grammar.begin();
      mask = table.allowed(grammar, state, probes);
      spent += grammar.work();
      if (spent > Limits.STEPS + Limits.STEPS_PER_TOKEN * tokens) {
        throw new TooComplexException(
            "the schema or expression is too complex: its masks took "
                + spent
                + " steps for "
                + tokens
                + " tokens, and others wait meanwhile");
      }
      masks.put(state, mask);
    }
    return mask;
  }

  /** The state after a token that was allowed. */
  synchronized Expression after(Expression state, int token) {
    grammar.begin();
    tokens++;
    byte[] bytes = table.bytes(token);
    return bytes.length == 0 ? grammar.afterMarker(state, token) : grammar.after(state, bytes);
  }

  synchronized Expression after(Expression state, byte[] text) {
    grammar.begin();
    return grammar.after(state, text);
  }

  boolean dead(Expression state) {
    return grammar.dead(state);
  }
}
