package io.zonefleet.inference.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Requests without a slot, bounded. Clients take turns; each client's own are served in the order
 * of their coming. Thread-safe.
 */
final class AdmissionQueue {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** By client, the one whose turn it is first; none of the lists is empty. */
  private final Map<String, Deque<Sequence>> turns = new LinkedHashMap<>();

  private final int capacity;
  private int waiting;
  private int running;
  private boolean closed;

  AdmissionQueue(int capacity) {
    this.capacity = capacity;
  }

  /**
   * Takes all or none.
   *
   * @param slots places beyond the queue: as many may come while nothing runs
   */
  void put(List<Sequence> sequences, int slots) {
    lock.lock();
    try {
      if (closed) {
        throw new EngineStoppedException("the engine was closed", null);
      }
      if (waiting + running + sequences.size() > capacity + slots) {
        throw new QueueFullException(capacity);
      }
      for (Sequence sequence : sequences) {
        turns.computeIfAbsent(sequence.client(), client -> new ArrayDeque<>()).add(sequence);
        waiting++;
      }
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The next one to run, or null; it counts as running until {@link #finished}. */
  Sequence poll() {
    lock.lock();
    try {
      if (waiting == 0) {
        return null;
      }
      Iterator<Map.Entry<String, Deque<Sequence>>> clients = turns.entrySet().iterator();
      Map.Entry<String, Deque<Sequence>> client = clients.next();
      clients.remove();
      Sequence next = client.getValue().poll();
      if (!client.getValue().isEmpty()) {
        turns.put(client.getKey(), client.getValue());
      }
      waiting--;
      running++;
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** Takes out those that will not run; they count as running until {@link #finished}. */
  List<Sequence> pollIf(Predicate<Sequence> condition) {
    lock.lock();
    try {
      if (waiting == 0) {
        return List.of();
      }
      List<Sequence> out = new ArrayList<>();
      for (Deque<Sequence> each : turns.values()) {
        each.removeIf(sequence -> condition.test(sequence) && out.add(sequence));
      }
      turns.values().removeIf(Deque::isEmpty);
      waiting -= out.size();
      running += out.size();
      return out;
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
      while (!closed && running == 0 && waiting == 0) {
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
      while ((running > 0 || waiting > 0) && left > 0) {
        left = changed.awaitNanos(left);
      }
      return running == 0 && waiting == 0;
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
      return waiting;
    } finally {
      lock.unlock();
    }
  }
}
