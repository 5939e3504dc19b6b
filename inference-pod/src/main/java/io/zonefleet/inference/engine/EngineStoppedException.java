package io.zonefleet.inference.engine;

/**
 * The engine no longer runs: it was closed, or its thread failed. Nothing is wrong with a request.
 */
public final class EngineStoppedException extends RuntimeException {
  public EngineStoppedException(String message, Throwable cause) {
    super(message, cause);
  }
}
