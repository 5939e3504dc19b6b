package io.zonefleet.inference.constraint;

/** What is allowed next could not be found out within the bounds of work; ends one generation. */
public final class TooComplexException extends RuntimeException {
  TooComplexException(String message) {
    super(message, null, false, false);
  }
}
