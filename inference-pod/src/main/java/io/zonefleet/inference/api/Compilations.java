package io.zonefleet.inference.api;

import io.zonefleet.inference.constraint.CompiledConstraint;
import io.zonefleet.inference.constraint.ConstraintException;
import io.zonefleet.inference.constraint.TooComplexException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Compiles constraints on one thread of its own: neither an event loop nor the engine waits for a
 * schema, however large.
 */
final class Compilations {
  private static final Logger LOG = Logger.getLogger(Compilations.class);
  private static final int WAITING = 128;

  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          10,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING),
          Thread.ofPlatform().name("constraint-compiler").daemon().factory());

  Compilations() {
    thread.allowCoreThreadTimeOut(true);
  }

  /**
   * Goes on with the constraint on the connection's event loop; answers the request itself when
   * there can be none.
   */
  void compile(
      Exchange exchange,
      LoadedModel model,
      StructuredFields.Form form,
      boolean afterReasoning,
      Consumer<CompiledConstraint> then) {
    try {
      thread.execute(
          () -> {
            try {
              CompiledConstraint compiled =
                  model.constraints().compiler().compile(form.restriction(), afterReasoning);
              exchange.run(() -> guarded(exchange, () -> then.accept(compiled)));
            } catch (ConstraintException | TooComplexException e) {
              ApiException refusal =
                  ApiException.invalid(form.param(), form.param() + ": " + e.getMessage() + ".");
              exchange.run(() -> exchange.refuse(refusal));
            } catch (RuntimeException | StackOverflowError e) {
              LOG.error("A constraint could not be compiled", e);
              exchange.run(
                  () -> exchange.refuse(ApiException.internal("The request failed: " + e)));
            }
          });
    } catch (RejectedExecutionException e) {
      throw ApiException.later(
          429, "queue_full", 1, "The server is busy: " + WAITING + " schemas wait to be compiled");
    }
  }

  /** As the router does for what runs at once. */
  private static void guarded(Exchange exchange, Runnable action) {
    try {
      action.run();
    } catch (ApiException e) {
      exchange.refuse(e);
    } catch (RuntimeException e) {
      LOG.error("A request failed", e);
      exchange.refuse(ApiException.internal("The request failed: " + e.getMessage()));
    }
  }
}
