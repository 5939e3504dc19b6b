package io.zonefleet.inference.api;

import io.zonefleet.inference.constraint.CompiledConstraint;
import io.zonefleet.inference.text.ToolFormat;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The form of an answer.
 *
 * @param constraint what its text must look like
 * @param mostReasoning the most tokens of reasoning; empty for the default
 * @param tools how it calls functions; empty where it cannot
 * @param several whether it may call more than one
 */
record Shape(
    Optional<CompiledConstraint> constraint,
    OptionalInt mostReasoning,
    Optional<ToolFormat> tools,
    boolean several) {
  static final Shape FREE =
      new Shape(Optional.empty(), OptionalInt.empty(), Optional.empty(), false);
}
