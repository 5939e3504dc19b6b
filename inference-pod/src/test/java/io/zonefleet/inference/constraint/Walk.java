package io.zonefleet.inference.constraint;

import io.zonefleet.inference.engine.TokenConstraint;
import io.zonefleet.inference.text.Vocabulary;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Answers of a model that knows nothing: each token is drawn from those that are allowed. */
final class Walk {
  static final Vocabulary VOCABULARY =
      Vocabulary.read(Path.of(System.getProperty("zonefleet.model.dir"), "r1", "tokenizer.json"));
  static final TokenTable TABLE = TokenTable.of(VOCABULARY);
  static final int END = 2041;

  /** Tokens after which a walk looks for its end. */
  private static final int PATIENCE = 60;

  private static final int MOST = 4000;

  private Walk() {}

  static CompiledConstraint compile(Restriction restriction) {
    return new ConstraintCompiler(TABLE).compile(restriction, false);
  }

  static List<Integer> allowed(TokenConstraint constraint) {
    float[] logits = new float[VOCABULARY.size() + 5];
    constraint.mask(logits);
    List<Integer> allowed = new ArrayList<>();
    for (int token = 0; token < logits.length; token++) {
      if (logits[token] == 0) {
        allowed.add(token);
      }
    }
    return allowed;
  }

  /** A whole text, marker tokens spelled out. */
  static String text(TokenConstraint constraint, long seed) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    if (!draw(constraint, seed, MOST, text)) {
      throw new AssertionError("no end: " + text.toString(StandardCharsets.UTF_8));
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  /**
   * @return whether the text ended within {@code most} tokens
   */
  static boolean draw(TokenConstraint constraint, long seed, int most, ByteArrayOutputStream text) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < most; i++) {
      List<Integer> allowed = allowed(constraint);
      if (allowed.isEmpty()) {
        throw new AssertionError("dead end after: " + text.toString(StandardCharsets.UTF_8));
      }
      int token =
          i > PATIENCE ? closing(allowed, random) : allowed.get(random.nextInt(allowed.size()));
      constraint.accept(token);
      if (token == END) {
        return true;
      }
      text.writeBytes(VOCABULARY.spelling(token));
    }
    return false;
  }

  private static int closing(List<Integer> allowed, SplittableRandom random) {
    if (allowed.contains(END)) {
      return END;
    }
    for (String close : List.of("\"", "]", "}", "n", ",")) {
      for (int token : allowed) {
        if (new String(VOCABULARY.bytes(token), StandardCharsets.UTF_8).equals(close)) {
          return token;
        }
      }
    }
    return allowed.get(random.nextInt(allowed.size()));
  }

  static TokenConstraint begin(CompiledConstraint compiled) {
    return compiled.begin(Set.of(END));
  }

  /** Whether a whole text is allowed. */
  static boolean accepts(CompiledConstraint compiled, String text) {
    Expression state = compiled.start();
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      state = compiled.after(state, new byte[] {each});
      if (compiled.dead(state)) {
        return false;
      }
    }
    return state.endable();
  }
}
