package io.zonefleet.inference.constraint;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.inference.engine.TokenConstraint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How long other sequences wait for one that is constrained: the time of mask and accept per token,
 * every grammar new, on the tiny model's vocabulary and on one of the size of DeepSeek's or Qwen's.
 */
class MaskTimeTest {
  private static final Map<String, Restriction> RESTRICTIONS =
      Map.of(
          "schema",
          new Restriction.Json(
              """
              {"type": "object", "required": ["name", "age", "tags", "at", "kind"], "properties": {
                "name": {"type": "string"}, "age": {"type": "integer", "minimum": 0, "maximum": 150},
                "tags": {"type": "array", "items": {"type": "string", "maxLength": 40}},
                "at": {"type": "string", "format": "date-time"},
                "kind": {"enum": ["person", "place", "thing"]},
                "more": {"type": "object", "additionalProperties": {"type": "number"}}}}"""),
          "long-string",
          new Restriction.Json("{\"type\": \"string\", \"minLength\": 100, \"maxLength\": 3000}"),
          "any-json",
          new Restriction.JsonObject(),
          "pattern",
          new Restriction.Regex("([A-Z][a-z]+ )*[a-z]{3,50}\\.?"));

  private static TokenTable table(String vocabulary) {
    return vocabulary.equals("tiny") ? Walk.TABLE : new TokenTable(synthetic(150_000), Map.of());
  }

  /** Words with and without a space before, numerals, other scripts, code, and bytes. */
  static byte[][] synthetic(int size) {
    SplittableRandom random = new SplittableRandom(1);
    Set<String> words = new LinkedHashSet<>();
    for (String each : List.of("\"", "\":", "\": \"", "\",", "\"}", "{\"", "\n", "\n\n", "};\n")) {
      words.add(each);
    }
    for (int i = 1; i < 84; i++) {
      words.add(" ".repeat(i));
      words.add("\n" + " ".repeat(i));
    }
    while (words.size() < size - 256) {
      StringBuilder word = new StringBuilder(random.nextBoolean() ? " " : "");
      int kind = random.nextInt(100);
      int length = 2 + random.nextInt(1 + random.nextInt(14));
      for (int i = 0; i < length; i++) {
        if (kind < 72) {
          word.append((char) ('a' + random.nextInt(26)));
        } else if (kind < 78) {
          word.append((char) ('A' + random.nextInt(26)));
        } else if (kind < 94) {
          word.appendCodePoint(random.nextInt(0x4e00, 0x9fff));
        } else {
          word.append("(){}[];:,.\"'/\\=<>-_".charAt(random.nextInt(19)));
        }
      }
      words.add(word.toString());
    }
    byte[][] spelled = new byte[size][];
    int n = 0;
    for (int value = 0; value < 256; value++) {
      spelled[n++] = new byte[] {(byte) value};
    }
    for (String word : words) {
      byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
      // byte-level vocabularies also have pieces of characters
      spelled[n++] = n % 40 == 0 ? Arrays.copyOf(bytes, Math.max(2, bytes.length - 1)) : bytes;
    }
    return spelled;
  }

  @ParameterizedTest
  @CsvSource({
    "tiny, schema", "tiny, long-string", "tiny, any-json", "tiny, pattern",
    "large, schema", "large, long-string", "large, any-json", "large, pattern"
  })
  void aMaskIsCheap(String vocabulary, String restriction) {
    TokenTable table = table(vocabulary);
    List<Long> micros = new ArrayList<>();
    for (int round = 0; round < 12; round++) {
      // what the compiler has remembered must not help
      CompiledConstraint compiled =
          new ConstraintCompiler(table).compile(RESTRICTIONS.get(restriction), false);
      List<Long> times = walk(compiled.begin(Set.of()), table.words() * 64, round);
      if (round >= 6) {
        micros.addAll(times);
      }
    }
    micros.sort(null);
    long mean = (long) micros.stream().mapToLong(each -> each).average().orElseThrow();
    long p99 = micros.get(micros.size() * 99 / 100);
    System.out.printf(
        "mask and accept, %s vocabulary, %s: mean %d us, p50 %d, p99 %d, most %d us (%d tokens)%n",
        vocabulary,
        restriction,
        mean,
        micros.get(micros.size() / 2),
        p99,
        micros.getLast(),
        micros.size());
    // far more than a busy machine explains: only a search that grows without bound takes this long
    assertThat(mean).isLessThan(vocabulary.equals("tiny") ? 10_000 : 50_000);
    assertThat(p99).isLessThan(500_000);
  }

  private static List<Long> walk(TokenConstraint constraint, int vocabulary, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] logits = new float[vocabulary];
    List<Long> times = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      Arrays.fill(logits, 0);
      long begin = System.nanoTime();
      constraint.mask(logits);
      long masked = System.nanoTime();
      int token = draw(logits, random);
      if (token < 0) {
        return times;
      }
      long chosen = System.nanoTime();
      constraint.accept(token);
      times.add((masked - begin + System.nanoTime() - chosen) / 1000);
    }
    return times;
  }

  private static int draw(float[] logits, SplittableRandom random) {
    int start = random.nextInt(logits.length);
    for (int i = 0; i < logits.length; i++) {
      int token = (start + i) % logits.length;
      if (logits[token] == 0) {
        return token;
      }
    }
    return -1;
  }
}
