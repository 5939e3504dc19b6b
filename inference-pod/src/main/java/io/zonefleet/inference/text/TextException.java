package io.zonefleet.inference.text;

/** A tokenizer or chat template that cannot be used, or messages that it refuses. */
public final class TextException extends RuntimeException {
  public TextException(String message) {
    super(message);
  }

  public TextException(String message, Throwable cause) {
    super(message, cause);
  }
}
