package io.zonefleet.inference.engine;

/** The admission queue has no place; the caller should come again a little later. */
public final class QueueFullException extends RuntimeException {
  public QueueFullException(int capacity) {
    super("all slots are busy and " + capacity + " requests wait already");
  }
}
