package io.zonefleet.inference.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Continuous batching on one thread. Each turn of its loop admits requests to free slots, appends
 * prompt tokens within a budget, and then takes all slots whose prompt is done one token further in
 * a single run. A request joins and leaves between any two turns.
 */
public final class BatchingEngine implements Engine {
  private final BatchDecoder decoder;
  private final AdmissionQueue queue;
  private final Sequence[] slots;
  private final int[] tokens;
  private final int[] lengths;
  private final float[][] logits;
  private final Thread thread;
  private volatile long progress = System.nanoTime();
  private volatile double cacheUsage;
  private volatile Throwable broken;

  /**
   * Starts the engine's thread; the decoder is closed with the engine.
   *
   * @param queueCapacity requests that may wait beyond those that hold a slot
   */
  public BatchingEngine(BatchDecoder decoder, int queueCapacity) {
    this.decoder = decoder;
    this.queue = new AdmissionQueue(queueCapacity);
    this.slots = new Sequence[decoder.slots()];
    this.tokens = new int[decoder.slots()];
    this.lengths = new int[decoder.slots()];
    this.logits = new float[decoder.slots()][decoder.vocabularySize()];
    this.thread = Thread.ofPlatform().name("engine").daemon().start(this::loop);
  }

  @Override
  public Generation submit(GenerationRequest request, TokenListener listener) {
    if (request.prompt().length >= contextTokens()) {
      throw new ContextLengthException(contextTokens(), request.prompt().length, 1);
    }
    if (broken != null) {
      throw failed(broken);
    }
    Sequence sequence = new Sequence(request, listener, contextTokens());
    if (queue.running() + queue.waiting() == 0) {
      progress = System.nanoTime();
    }
    queue.put(sequence, slots.length);
    return sequence;
  }

  @Override
  public EngineLoad load() {
    int running = queue.running();
    int waiting = queue.waiting();
    long since = running + waiting == 0 ? 0 : Math.max(0, System.nanoTime() - progress);
    return new EngineLoad(running, waiting, cacheUsage, Duration.ofNanos(since));
  }

  @Override
  public Optional<Throwable> failure() {
    return Optional.ofNullable(broken);
  }

  @Override
  public int contextTokens() {
    return decoder.slotTokens();
  }

  @Override
  public boolean awaitIdle(Duration limit) throws InterruptedException {
    return queue.awaitIdle(limit.toNanos());
  }

  @Override
  public void close() {
    queue.close();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void loop() {
    try {
      while (queue.awaitWork()) {
        turn();
        progress = System.nanoTime();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      broken = e;
    } finally {
      queue.close();
      failAll(
          broken != null
              ? failed(broken)
              : new EngineStoppedException("the server is going away", null));
      decoder.close();
    }
  }

  private static EngineStoppedException failed(Throwable cause) {
    return new EngineStoppedException("the engine has failed: " + cause, cause);
  }

  private void failAll(RuntimeException cause) {
    for (int slot = 0; slot < slots.length; slot++) {
      if (slots[slot] != null) {
        leave(slot, sequence -> sequence.fail(cause));
      }
    }
    for (Sequence next = queue.poll(); next != null; next = queue.poll()) {
      guarded(next, sequence -> sequence.fail(cause));
      queue.finished();
    }
  }

  private void turn() {
    endCancelled();
    admit();
    prefill();
    step();
    compact();
    int held = 0;
    for (Sequence sequence : slots) {
      held += sequence == null ? 0 : sequence.cached();
    }
    cacheUsage = (double) held / ((long) slots.length * decoder.slotTokens());
  }

  private void endCancelled() {
    for (int slot = 0; slot < slots.length; slot++) {
      if (slots[slot] != null && slots[slot].cancelled()) {
        leave(slot, sequence -> sequence.end(FinishReason.CANCELLED));
      }
    }
  }

  private void admit() {
    for (int slot = 0; slot < slots.length; slot++) {
      while (slots[slot] == null) {
        Sequence next = queue.poll();
        if (next == null) {
          return;
        }
        if (next.cancelled()) {
          guarded(next, sequence -> sequence.end(FinishReason.CANCELLED));
          queue.finished();
        } else {
          next.admit();
          slots[slot] = next;
        }
      }
    }
  }

  /**
   * Appends at most one chunk's worth of prompt tokens, so that running answers never wait long.
   */
  private void prefill() {
    int budget = decoder.chunkTokens();
    for (int slot = 0; slot < slots.length && budget > 0; slot++) {
      Sequence sequence = slots[slot];
      if (sequence == null || !sequence.prefilling()) {
        continue;
      }
      int from = sequence.cached();
      int to = Math.min(sequence.length(), from + budget);
      budget -= to - from;
      appendTo(slot, sequence, from, to);
    }
  }

  /** A failure ends this one sequence and no other. */
  private void appendTo(int slot, Sequence sequence, int from, int to) {
    try {
      decoder.append(slot, sequence.tokens(), from, to, logits[slot]);
      sequence.cached(to);
      if (to == sequence.length() && !sequence.advance(logits[slot])) {
        free(slot);
      }
    } catch (RuntimeException e) {
      leave(slot, failed -> failed.fail(e));
    }
  }

  private void step() {
    int n = 0;
    boolean work = false;
    for (int slot = 0; slot < slots.length; slot++) {
      Sequence sequence = slots[slot];
      boolean runs = sequence != null && !sequence.prefilling();
      tokens[slot] = runs ? sequence.last() : 0;
      lengths[slot] = sequence == null ? 0 : sequence.cached();
      work |= runs;
      if (runs) {
        n = slot + 1;
      }
    }
    if (!work) {
      return;
    }
    try {
      decoder.step(n, tokens, lengths, logits);
    } catch (RuntimeException e) {
      stepAlone(n);
      return;
    }
    for (int slot = 0; slot < n; slot++) {
      Sequence sequence = slots[slot];
      if (sequence != null && !sequence.prefilling()) {
        sequence.cached(sequence.cached() + 1);
        try {
          if (!sequence.advance(logits[slot])) {
            free(slot);
          }
        } catch (RuntimeException e) {
          leave(slot, failed -> failed.fail(e));
        }
      }
    }
  }

  /** When a batch fails, each row is tried by itself: only those that are to blame end. */
  private void stepAlone(int n) {
    for (int slot = 0; slot < n; slot++) {
      Sequence sequence = slots[slot];
      if (sequence != null && !sequence.prefilling()) {
        appendTo(slot, sequence, sequence.cached(), sequence.length());
      }
    }
  }

  /** Moves the last sequences into holes, so that a step computes no more rows than it must. */
  private void compact() {
    if (!decoder.movable()) {
      return;
    }
    int hole = 0;
    for (int last = slots.length - 1; last > hole; last--) {
      if (slots[last] == null) {
        continue;
      }
      while (hole < last && slots[hole] != null) {
        hole++;
      }
      if (hole < last) {
        decoder.move(last, hole, slots[last].cached());
        slots[hole] = slots[last];
        slots[last] = null;
      }
    }
  }

  private void free(int slot) {
    slots[slot] = null;
    queue.finished();
  }

  private void leave(int slot, Consumer<Sequence> farewell) {
    Sequence sequence = slots[slot];
    guarded(sequence, farewell);
    free(slot);
  }

  /** A listener that throws at the end has nobody left to tell. */
  private static void guarded(Sequence sequence, Consumer<Sequence> farewell) {
    try {
      farewell.accept(sequence);
    } catch (RuntimeException e) {
      Thread.currentThread()
          .getUncaughtExceptionHandler()
          .uncaughtException(Thread.currentThread(), e);
    }
  }
}
