package io.zonefleet.inference.constraint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Makes constraints over one model's tokens, and remembers the last few. Compiling takes a few
 * milliseconds, up to 0.4 s for hostile input, so it is not for an event loop. Thread-safe.
 */
public final class ConstraintCompiler {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

  private final TokenTable table;
  private final Map<Key, CompiledConstraint> known =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, CompiledConstraint> eldest) {
          return size() > Limits.GRAMMARS_KEPT;
        }
      };

  private record Key(Restriction restriction, boolean afterReasoning) {}

  public ConstraintCompiler(TokenTable table) {
    this.table = table;
  }

  /**
   * @param afterReasoning whether up to two line ends may come first, as models write them after
   *     their reasoning
   * @throws ConstraintException for what cannot be obeyed
   * @throws TooComplexException for what would take too much time or memory
   */
  public CompiledConstraint compile(Restriction restriction, boolean afterReasoning) {
    Key key = new Key(restriction, afterReasoning);
    synchronized (known) {
      CompiledConstraint old = known.get(key);
      if (old != null) {
        return old;
      }
    }
    CompiledConstraint compiled = build(restriction, afterReasoning);
    // what is hopeless fails here, and the first token finds its mask
    compiled.allowed(compiled.start());
    synchronized (known) {
      known.put(key, compiled);
    }
    return compiled;
  }

  private CompiledConstraint build(Restriction restriction, boolean afterReasoning) {
    Expressions in = new Expressions(Limits.EXPRESSIONS);
    Expression answer = expression(in, restriction);
    if (answer == in.never) {
      throw new ConstraintException("no text at all matches");
    }
    Expression lead = afterReasoning ? in.repeat(in.text("\n"), 0, 2) : in.blank;
    TokenTable.Probes probes = TokenTable.Probes.in(in);
    return new CompiledConstraint(new Grammar(in, in.then(lead, answer)), table, probes);
  }

  private Expression expression(Expressions in, Restriction restriction) {
    JsonText json = new JsonText(in);
    return switch (restriction) {
      case Restriction.JsonObject ignored -> json.object();
      case Restriction.Json schema -> JsonSchema.of(in, json, parsed(schema.schema()));
      case Restriction.Regex regex ->
          RegexParser.whole(in, set -> Utf8.character(in, set), regex.pattern());
      case Restriction.Choice choice -> choice(in, choice);
      case Restriction.ToolCalls calls -> new ToolCallGrammar(in, json, table).of(calls);
    };
  }

  private static Expression choice(Expressions in, Restriction.Choice choice) {
    if (choice.texts().isEmpty() || choice.texts().size() > Limits.CHOICES) {
      throw new ConstraintException("there must be 1 to " + Limits.CHOICES + " choices");
    }
    if (choice.texts().contains("")) {
      throw new ConstraintException("a choice is empty");
    }
    return in.anyText(choice.texts());
  }

  static JsonNode parsed(String schema) {
    try {
      return MAPPER.readTree(schema);
    } catch (JsonProcessingException e) {
      throw new ConstraintException("the schema is not JSON: " + e.getOriginalMessage());
    }
  }
}
