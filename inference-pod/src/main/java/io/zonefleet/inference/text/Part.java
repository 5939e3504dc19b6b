package io.zonefleet.inference.text;

/** A stretch of an answer, as a client tells them apart. */
public sealed interface Part permits ReasoningSplitter.Piece, Part.Call, Part.Arguments {
  /**
   * A call of a function begins.
   *
   * @param index of the call within the answer, from 0
   * @param id that a later message with the function's result refers to
   */
  record Call(int index, String id, String name) implements Part {}

  /** More of the arguments of the call that began last, never empty. */
  record Arguments(int index, String text) implements Part {}
}
