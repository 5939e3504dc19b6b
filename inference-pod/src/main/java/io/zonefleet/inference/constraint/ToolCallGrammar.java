package io.zonefleet.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.zonefleet.inference.text.ToolFormat;
import java.util.ArrayList;
import java.util.List;

/** Tool calls as a model writes them, with arguments that obey each function's schema. */
final class ToolCallGrammar {
  private static final int MOST_CALLS = 16;

  private final Expressions in;
  private final JsonText json;
  private final TokenTable table;

  ToolCallGrammar(Expressions expressions, JsonText json, TokenTable table) {
    this.in = expressions;
    this.json = json;
    this.table = table;
  }

  Expression of(Restriction.ToolCalls calls) {
    ToolFormat format = calls.format();
    List<Expression> each = new ArrayList<>();
    for (Restriction.ToolCalls.Function function : calls.functions()) {
      each.add(call(format, function));
    }
    Expression call = in.either(each);
    Expression more =
        calls.several()
            ? in.repeat(in.then(in.text(format.between()), call), 0, MOST_CALLS - 1)
            : in.blank;
    return in.sequence(spelled(format.begin()), call, more, spelled(format.end()));
  }

  private Expression call(ToolFormat format, Restriction.ToolCalls.Function function) {
    JsonNode schema = ConstraintCompiler.parsed(function.parameters());
    Expression arguments;
    try {
      arguments = JsonSchema.of(in, json, schema);
    } catch (ConstraintException e) {
      throw new ConstraintException(
          "parameters of the function " + function.name() + ": " + e.getMessage());
    }
    String name = format.json() ? TextNode.valueOf(function.name()).toString() : function.name();
    return in.sequence(
        spelled(format.beforeName()),
        in.text(name),
        spelled(format.beforeArguments()),
        arguments,
        spelled(format.afterArguments()));
  }

  private Expression spelled(List<String> pieces) {
    return in.sequence(pieces.stream().map(this::spelled).toArray(Expression[]::new));
  }

  /** As the one token that it is, or else in letters. */
  private Expression spelled(String text) {
    if (text.isEmpty()) {
      return in.blank;
    }
    var marker = table.marker(text);
    return marker.isPresent() ? in.marker(marker.getAsInt()) : in.text(text);
  }
}
