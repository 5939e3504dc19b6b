package io.zonefleet.inference.constraint;

/** How much of a pod one request may take; what is beyond is refused with 400. */
final class Limits {
  /** Characters of a schema, its white space apart. */
  static final int SCHEMA_CHARACTERS = 65_536;

  /** Schemas within schemas. */
  static final int SCHEMA_DEPTH = 64;

  /** Characters of a regular expression. */
  static final int PATTERN_CHARACTERS = 4_096;

  /** Groups within groups of a regular expression. */
  static final int PATTERN_DEPTH = 64;

  /** Choices, and values of an {@code enum}. */
  static final int CHOICES = 4_096;

  /** The largest count of a length, of items, or in braces of a regular expression. */
  static final int COUNT = 100_000;

  /** Expressions that a schema is made of; each takes about 50 bytes. */
  static final int EXPRESSIONS = 200_000;

  /**
   * Steps of up to 1 µs that the masks of one grammar may take at first, and more for each token:
   * an expression that is made to be slow ends before others feel it.
   */
  static final long STEPS = 250_000;

  static final long STEPS_PER_TOKEN = 12_000;

  /** States of one grammar that are remembered, 0.3 KB each. */
  static final int STATES_KEPT = 20_000;

  /** Masks of one grammar that are remembered, one bit a token each. */
  static final int MASKS_KEPT = 128;

  /** Grammars that are remembered after their request. */
  static final int GRAMMARS_KEPT = 16;

  private Limits() {}
}
