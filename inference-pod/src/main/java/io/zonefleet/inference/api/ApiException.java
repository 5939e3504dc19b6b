package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zonefleet.inference.constraint.TooComplexException;
import io.zonefleet.inference.engine.EngineStoppedException;
import io.zonefleet.inference.engine.WaitedTooLongException;
import java.util.OptionalInt;

/** A refusal that the client sees, as OpenAI's clients expect it. */
final class ApiException extends RuntimeException {
  private final int status;
  private final String type;
  private final String param;
  private final String code;
  private final OptionalInt retryAfterSeconds;

  private ApiException(
      int status, String type, String param, String code, OptionalInt retryAfter, String message) {
    super(message, null, false, false);
    this.status = status;
    this.type = type;
    this.param = param;
    this.code = code;
    this.retryAfterSeconds = retryAfter;
  }

  /** 400: a field that is missing or out of range. */
  static ApiException invalid(String param, String message) {
    return new ApiException(
        400, "invalid_request_error", param, "invalid_value", OptionalInt.empty(), message);
  }

  static ApiException invalid(int status, String param, String code, String message) {
    return new ApiException(
        status, "invalid_request_error", param, code, OptionalInt.empty(), message);
  }

  /** 429 or 503: the same request may succeed later or elsewhere. */
  static ApiException later(int status, String code, int retryAfterSeconds, String message) {
    String type = status == 429 ? "rate_limit_error" : "service_unavailable";
    return new ApiException(status, type, null, code, OptionalInt.of(retryAfterSeconds), message);
  }

  /** What a failed generation is to the client: a gateway may repeat a 503 elsewhere. */
  static ApiException ofFailure(RuntimeException cause) {
    return switch (cause) {
      case EngineStoppedException stopped ->
          later(503, "engine_stopped", 1, "The server cannot answer: " + stopped.getMessage());
      case WaitedTooLongException waited ->
          later(503, "deadline", 1, "The server is busy: " + waited.getMessage());
      case TooComplexException complex ->
          invalid(null, "The answer cannot be kept to its form: " + complex.getMessage());
      default -> internal("The generation failed: " + cause.getMessage());
    };
  }

  /** 500: a failure of ours. */
  static ApiException internal(String message) {
    return new ApiException(
        500, "server_error", null, "engine_error", OptionalInt.empty(), message);
  }

  int status() {
    return status;
  }

  String code() {
    return code;
  }

  OptionalInt retryAfterSeconds() {
    return retryAfterSeconds;
  }

  ObjectNode body() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putObject("error")
        .put("message", getMessage())
        .put("type", type)
        .put("param", param)
        .put("code", code);
    return root;
  }
}
