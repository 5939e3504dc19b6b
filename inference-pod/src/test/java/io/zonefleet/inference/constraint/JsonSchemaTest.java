package io.zonefleet.inference.constraint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.util.stream.Collectors;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class JsonSchemaTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonSchemaFactory VALIDATORS =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012);

  private static CompiledConstraint compile(String schema) {
    return Walk.compile(new Restriction.Json(schema));
  }

  private static void assertValid(JsonNode schema, String text) throws JsonProcessingException {
    SchemaValidatorsConfig config =
        SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();
    assertThat(VALIDATORS.getSchema(schema, config).validate(MAPPER.readTree(text)))
        .as("%s against %s", text, schema)
        .isEmpty();
  }

  /** Whatever a model draws from the tokens that are left, the text is valid. */
  @Property(tries = 300)
  void drawnTextsAreValid(@ForAll long seed) throws JsonProcessingException {
    ObjectNode schema = new RandomSchemas(seed).next();
    CompiledConstraint compiled = compile(schema.toString());
    for (int i = 0; i < 3; i++) {
      assertValid(schema, Walk.text(Walk.begin(compiled), seed + i));
    }
  }

  /** Valid values are allowed, however they are indented. */
  @Property(tries = 300)
  void validValuesAreAllowed(@ForAll long seed) throws JsonProcessingException {
    RandomSchemas random = new RandomSchemas(seed);
    ObjectNode schema = random.next();
    CompiledConstraint compiled = compile(schema.toString());
    for (int i = 0; i < 5; i++) {
      JsonNode value = random.value(schema, schema, 0);
      assertValid(schema, value.toString());
      assertThat(Walk.accepts(compiled, value.toString()))
          .as("%s against %s", value, schema)
          .isTrue();
    }
  }

  @Example
  void anyWritersSpacesAreAllowedAndNoOthers() {
    CompiledConstraint compiled =
        compile(
            """
            {"type": "object", "required": ["a", "b"], "properties": {
              "a": {"type": "array", "items": {"type": "integer"}}, "b": {"type": "null"}}}\
            """);
    assertThat(Walk.accepts(compiled, "{\"a\":[1,2],\"b\":null}")).isTrue();
    assertThat(Walk.accepts(compiled, "{\"a\": [1, 2], \"b\": null}")).isTrue();
    assertThat(Walk.accepts(compiled, "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": null\n}"))
        .isTrue();
    assertThat(Walk.accepts(compiled, "{\"a\":  [1], \"b\": null}")).isFalse();
    assertThat(Walk.accepts(compiled, "{\n\n\"a\":[1],\"b\":null}")).isFalse();
    assertThat(Walk.accepts(compiled, "{\"b\":null,\"a\":[1]}")).isFalse();
    assertThat(Walk.accepts(compiled, "{\"a\":[1],\"b\":null,\"c\":1}")).isFalse();
    assertThat(Walk.accepts(compiled, "{\"a\":[1],\"b\":null}\n")).isFalse();
    assertThat(Walk.accepts(compiled, "{\"a\":[\n],\"b\":null}")).isTrue();
    assertThat(Walk.accepts(compiled, "{\"a\":[\n\n],\"b\":null}")).isFalse();
  }

  @Example
  void jsonObjectsMayBeAnything() throws JsonProcessingException {
    CompiledConstraint compiled = Walk.compile(new Restriction.JsonObject());
    assertThat(Walk.accepts(compiled, "{\"a\": {\"b\": [1.5e-7, true, \"x\", {}]}}")).isTrue();
    assertThat(Walk.accepts(compiled, "[]")).isFalse();
    for (int seed = 0; seed < 50; seed++) {
      assertThat(MAPPER.readTree(Walk.text(Walk.begin(compiled), seed)).isObject()).isTrue();
    }
  }

  @Example
  void integersKeepTheirBounds() {
    for (long[] bounds :
        new long[][] {{0, 0}, {-7, 12}, {99, 1001}, {-1305, -17}, {-5, 0}, {8, 11}, {-3, 100}}) {
      CompiledConstraint compiled =
          compile(
              "{\"type\":\"integer\",\"minimum\":" + bounds[0] + ",\"maximum\":" + bounds[1] + "}");
      for (long value = -2000; value <= 2000; value++) {
        assertThat(Walk.accepts(compiled, Long.toString(value)))
            .as("%d within %d and %d", value, bounds[0], bounds[1])
            .isEqualTo(value >= bounds[0] && value <= bounds[1]);
      }
    }
  }

  @Example
  void patternsAndLengthsHoldTogether() {
    CompiledConstraint compiled =
        compile("{\"type\":\"string\",\"pattern\":\"^(ab)*c?$\",\"minLength\":3,\"maxLength\":6}");
    assertThat(Walk.accepts(compiled, "\"abc\"")).isTrue();
    assertThat(Walk.accepts(compiled, "\"ababab\"")).isTrue();
    assertThat(Walk.accepts(compiled, "\"ab\"")).isFalse();
    assertThat(Walk.accepts(compiled, "\"abababc\"")).isFalse();
    for (int seed = 0; seed < 100; seed++) {
      assertThat(Walk.text(Walk.begin(compiled), seed)).matches("\"(ab)*c?\"").hasSizeBetween(5, 8);
    }
  }

  @Example
  void patternsMatchAnywhereUnlessAnchored() {
    CompiledConstraint compiled = compile("{\"type\":\"string\",\"pattern\":\"b|^c\"}");
    assertThat(Walk.accepts(compiled, "\"abc\"")).isTrue();
    assertThat(Walk.accepts(compiled, "\"ca\"")).isTrue();
    assertThat(Walk.accepts(compiled, "\"ac\"")).isFalse();
  }

  /** What cannot be obeyed is refused by keyword and place; nothing is ignored in silence. */
  @Example
  void refusals() {
    record Refusal(String schema, String message) {}
    for (Refusal each :
        new Refusal[] {
          new Refusal("{\"type\":\"integer\",\"multipleOf\":2}", "multipleOf at #/multipleOf"),
          new Refusal(
              "{\"type\":\"object\",\"properties\":{\"a/b\":{\"type\":\"array\",\"uniqueItems\":true}}}",
              "uniqueItems at #/properties/a~1b/uniqueItems"),
          new Refusal("{\"type\":\"object\",\"patternProperties\":{}}", "patternProperties"),
          new Refusal("{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"string\"}]}", "oneOf of more"),
          new Refusal("{\"not\":{}}", "not at #/not"),
          new Refusal("{\"type\":\"string\",\"format\":\"email\"}", "format is \"email\""),
          new Refusal("{\"type\":\"string\",\"minItems\":1}", "minItems at #/minItems"),
          new Refusal("{\"minLength\":1}", "type is missing beside minLength"),
          new Refusal("{\"type\":\"strin\"}", "type is \"strin\""),
          new Refusal("{\"type\":\"string\",\"pattern\":\"(?=a)\"}", "(?="),
          new Refusal("{\"type\":\"string\",\"minLength\":3,\"maxLength\":2}", "above maxLength"),
          new Refusal(
              "{\"type\":\"string\",\"pattern\":\"^abc$\",\"maxLength\":2}",
              "contradict each other"),
          new Refusal("{\"type\":\"string\",\"minLength\":-1}", "minLength is -1"),
          new Refusal("{\"$ref\":\"#\"}", "refers to itself"),
          new Refusal("{\"$ref\":\"#/$defs/x\"}", "points to nothing"),
          new Refusal("{\"$ref\":\"http://x/y\"}", "within the schema"),
          new Refusal("{\"anyOf\":[{\"type\":\"null\"},{\"$ref\":\"#\"}]}", "refers to itself"),
          new Refusal(
              "{\"type\":\"object\",\"required\":[\"a\"],\"properties\":{\"a\":{\"$ref\":\"#\"}}}",
              "requires itself"),
          new Refusal("{\"type\":\"object\",\"required\":[\"x\"]}", "not among properties"),
          new Refusal("{\"type\":\"string\",\"enum\":[1]}", "has the type"),
          new Refusal("{\"type\":\"integer\",\"minimum\":3,\"maximum\":2}", "within the bounds"),
          new Refusal("{\"type\":\"number\",\"minimum\":0.5}", "minimum is 0.5"),
          new Refusal("false", "allows nothing"),
          new Refusal("[]", "must be an object"),
          new Refusal("{\"type\":", "not JSON"),
        }) {
      assertThatThrownBy(() -> compile(each.schema))
          .as(each.schema)
          .isInstanceOf(ConstraintException.class)
          .hasMessageContaining(each.message);
    }
  }

  /** None of these may take long or much, whether it is refused or obeyed. */
  @Example
  void hostileSchemasAreHarmless() {
    String deep = "{\"type\":\"array\",\"items\":".repeat(1500) + "{}" + "}".repeat(1500);
    String wide =
        "{\"enum\":["
            + java.util.stream.IntStream.range(0, 3000)
                .mapToObj(i -> "\"value " + i * 7919 + "\"")
                .collect(Collectors.joining(","))
            + "]}";
    long begin = System.nanoTime();
    assertThatThrownBy(() -> compile(deep)).isInstanceOf(ConstraintException.class);
    assertThat(Walk.text(Walk.begin(compile(wide)), 1)).matches("\"value \\d+\"");
    for (String pattern :
        new String[] {
          "(.*a.{60}|b)*",
          "((a?){100}){100}b",
          "(a|aa|aaa)*{1,1}c".replace("{1,1}", ""),
          "(.*,){50}x",
          "[^x]{0,5000}y{3,99999}"
        }) {
      String schema =
          "{\"type\":\"string\",\"maxLength\":50000,\"pattern\":"
              + MAPPER.valueToTree(pattern)
              + "}";
      try {
        Walk.text(Walk.begin(compile(schema)), 7);
      } catch (ConstraintException | TooComplexException | AssertionError e) {
        assertThat(e).hasMessageMatching("(?s).*(complex|states|alternatives|no end).*");
      }
    }
    assertThat((System.nanoTime() - begin) / 1_000_000_000.0).as("seconds").isLessThan(30);
  }
}
