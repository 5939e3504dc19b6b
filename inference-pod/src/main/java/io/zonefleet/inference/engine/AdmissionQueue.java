package io.zonefleet.inference.engine;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Requests without a slot, first come first served, and bounded. Thread-safe. */
final class AdmissionQueue {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Sequence> waiting = new ArrayDeque<>();
  private final int capacity;
  private int running;
  private boolean closed;

  AdmissionQueue(int capacity) {
    this.capacity = capacity;
  }

  /**
   * @param slots places beyond the queue: as many may come while nothing runs
   */
  void put(Sequence sequence, int slots) {
    lock.lock();
    try {
      if (closed) {
        throw new EngineStoppedException("the engine was closed", null);
      }
      if (waiting.size() + running >= capacity + slots) {
        throw new QueueFullException(capacity);
      }
      waiting.add(sequence);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The next one to run, or null; it counts as running until {@link #finished}. */
  Sequence poll() {
    lock.lock();
    try {
      Sequence next = waiting.poll();
      if (next != null) {
        running++;
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  void finished() {
    lock.lock();
    try {
      running--;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Sleeps while there is nothing to do; false once closed. */
  boolean awaitWork() throws InterruptedException {
    lock.lock();
    try {
      while (!closed && running == 0 && waiting.isEmpty()) {
        changed.await();
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  boolean awaitIdle(long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while ((running > 0 || !waiting.isEmpty()) && left > 0) {
        left = changed.awaitNanos(left);
      }
      return running == 0 && waiting.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  int running() {
    lock.lock();
    try {
      return running;
    } finally {
      lock.unlock();
    }
  }

  int waiting() {
    lock.lock();
    try {
      return waiting.size();
    } finally {
      lock.unlock();
    }
  }
}
