package io.zonefleet.inference.engine;

/** A generation that was admitted. */
public interface Generation {
  /** Frees its slot within one step; safe from any thread, and after the end. */
  void cancel();
}
