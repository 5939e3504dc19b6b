package io.zonefleet.inference.constraint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/** The grammar of objects with a schema. */
final class JsonObjects {
  private final Expressions in;
  private final JsonText json;
  private final BiFunction<JsonNode, JsonSchema.Place, Expression> values;

  /**
   * @param values makes the grammar of a property's schema
   */
  JsonObjects(
      Expressions expressions,
      JsonText json,
      BiFunction<JsonNode, JsonSchema.Place, Expression> values) {
    this.in = expressions;
    this.json = json;
    this.values = values;
  }

  /** Properties in the schema's order; the optional ones may be left out. */
  Expression of(JsonNode schema, JsonSchema.Place place) {
    JsonNode properties = schema.path("properties");
    if (schema.has("properties") && !properties.isObject()) {
      throw JsonSchema.refuse(place, "properties must be an object");
    }
    Set<String> required = required(schema, properties, place);
    Expression rest = in.blank;
    List<Expression> starts = new ArrayList<>();
    JsonNode additional = schema.path("additionalProperties");
    if (additional.isObject() || additional.asBoolean(false)) {
      Expression pair =
          json.pair(
              json.quoted(otherNames(properties)),
              values.apply(additional, place.inside("additionalProperties")));
      rest = in.repeat(in.then(json.comma(), pair), 0, Expression.Repeated.UNBOUNDED);
      starts.add(in.then(pair, rest));
    }
    // from the last property to the first: what may come after one, and what may come first
    List<Map.Entry<String, JsonNode>> all = new ArrayList<>(properties.properties());
    List<Expression> next = new ArrayList<>();
    Expression skipped = rest;
    Expression after = rest;
    for (int i = all.size() - 1; i >= 0; i--) {
      String name = all.get(i).getKey();
      Expression pair =
          json.pair(
              json.literal(TextNode.valueOf(name)),
              values.apply(
                  all.get(i).getValue(), place.inside("properties/" + JsonSchema.escaped(name))));
      if (required.contains(name)) {
        next.clear();
        starts.clear();
        skipped = in.never;
      }
      Expression here = in.then(pair, after);
      next.add(here);
      starts.add(here);
      after = in.either(List.of(in.then(json.comma(), in.either(next)), skipped));
    }
    return starts.isEmpty()
        ? in.sequence(in.text("{"), json.space(), in.text("}"))
        : json.braces(in.either(starts), required.isEmpty());
  }

  private Set<String> required(JsonNode schema, JsonNode properties, JsonSchema.Place place) {
    Set<String> required = new HashSet<>();
    JsonNode list = schema.path("required");
    if (schema.has("required") && !list.isArray()) {
      throw JsonSchema.refuse(place, "required must be a list of names");
    }
    for (JsonNode name : list) {
      if (!properties.has(name.asText())) {
        throw JsonSchema.refuse(place, "required has " + name + ", which is not among properties");
      }
      required.add(name.asText());
    }
    return required;
  }

  /** Names of additional properties: written plainly, and none of those that have a schema. */
  private Expression otherNames(JsonNode properties) {
    Expression any =
        in.repeat(Utf8.character(in, TokenTable.PLAIN), 0, Expression.Repeated.UNBOUNDED);
    List<String> names = new ArrayList<>();
    properties.fieldNames().forEachRemaining(names::add);
    return names.isEmpty() ? any : in.both(any, in.not(in.anyText(names)));
  }
}
