package io.zonefleet.inference.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;

/**
 * What a probe is told.
 *
 * @param status one word
 * @param reason empty when all is well
 */
record Health(boolean ok, String status, String reason) {
  private static final Health ALIVE = new Health(true, "ok", "");
  private static final Health READY = new Health(true, "ready", "");

  /**
   * Whether the process is worth keeping. Loading and draining are; a dead engine, or one that
   * hangs in a run for longer than {@code hang}, never comes back.
   */
  static Health live(ModelState state, Duration hang) {
    return model(state).flatMap(model -> broken(model, hang)).orElse(ALIVE);
  }

  /** Whether it takes requests. */
  static Health ready(ModelState state, Duration stall) {
    return switch (state) {
      case ModelState.Serving serving -> broken(serving.model(), stall).orElse(READY);
      case ModelState.Draining ignored ->
          not("draining", "SIGTERM came; what was accepted is finished");
      case ModelState.Loading loading -> not("loading", loading.reason());
      case ModelState.Failed failed -> not("failed", failed.reason());
    };
  }

  private static Optional<LoadedModel> model(ModelState state) {
    return switch (state) {
      case ModelState.Serving serving -> Optional.of(serving.model());
      case ModelState.Draining draining -> Optional.of(draining.model());
      case ModelState.Loading ignored -> Optional.empty();
      case ModelState.Failed ignored -> Optional.empty();
    };
  }

  private static Optional<Health> broken(LoadedModel model, Duration limit) {
    Optional<Throwable> failure = model.engine().failure();
    if (failure.isPresent()) {
      return Optional.of(not("failed", "the engine has failed: " + failure.get()));
    }
    Duration stalled = model.engine().load().stalled();
    return stalled.compareTo(limit) > 0
        ? Optional.of(
            not("stalled", "the engine made no progress for " + stalled.toSeconds() + " s"))
        : Optional.empty();
  }

  private static Health not(String status, String reason) {
    return new Health(false, status, reason);
  }

  int httpStatus() {
    return ok ? 200 : 503;
  }

  ObjectNode body() {
    ObjectNode body = Json.object().put("status", status);
    return reason.isEmpty() ? body : body.put("reason", reason);
  }
}
