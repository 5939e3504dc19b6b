package io.zonefleet.inference.model;

/** A model that cannot be served; the message is one sentence that says what to do. */
public final class ModelLoadException extends RuntimeException {
  public ModelLoadException(String message) {
    super(message);
  }

  public ModelLoadException(String message, Throwable cause) {
    super(message, cause);
  }
}
