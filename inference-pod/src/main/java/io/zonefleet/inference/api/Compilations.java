package io.zonefleet.inference.api;

import io.zonefleet.inference.constraint.CompiledConstraint;
import io.zonefleet.inference.constraint.ConstraintException;
import io.zonefleet.inference.constraint.TooComplexException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Compiles constraints one after the other, on the worker threads that requests are read on. Few
 * may wait, so that hostile schemas take one processor at most, and never all worker threads.
 */
final class Compilations {
  private static final int PLACES = 8;

  private final Semaphore places = new Semaphore(PLACES);
  private final ReentrantLock turn = new ReentrantLock(true);

  /**
   * @throws ApiException 400 where the form cannot be obeyed, 429 where too many wait
   */
  CompiledConstraint compile(
      LoadedModel model, StructuredFields.Form form, boolean afterReasoning) {
    if (!places.tryAcquire()) {
      throw ApiException.later(
          429, "queue_full", 1, "The server is busy: " + PLACES + " schemas wait to be compiled.");
    }
    turn.lock();
    try {
      return model.constraints().compiler().compile(form.restriction(), afterReasoning);
    } catch (ConstraintException | TooComplexException e) {
      throw ApiException.invalid(form.param(), form.param() + ": " + e.getMessage() + ".");
    } catch (StackOverflowError e) {
      throw ApiException.invalid(
          form.param(), form.param() + " is nested too deeply to be compiled.");
    } finally {
      turn.unlock();
      places.release();
    }
  }
}
