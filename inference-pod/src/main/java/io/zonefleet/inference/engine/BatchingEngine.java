package io.zonefleet.inference.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
  private final Slots slots;
  private final int[] tokens;
  private final int[] lengths;
  private final float[][] logits;
  private final Sampler.Scratch scratch = new Sampler.Scratch();
  private final Delivery delivery;
  private final Thread thread;
  private volatile long progress = System.nanoTime();
  private volatile double cacheUsage;
  private volatile Throwable broken;

  /**
   * Starts the engine's thread; the decoder is closed with the engine.
   *
   * @param queueCapacity requests that may wait beyond those that hold a slot
   * @param prefixCache whether equal beginnings of prompts are computed once
   */
  public BatchingEngine(BatchDecoder decoder, int queueCapacity, boolean prefixCache) {
    this(decoder, queueCapacity, prefixCache, () -> {});
  }

  /**
   * As above.
   *
   * @param carrier runs on the engine's thread when what listeners have heard is to be carried on:
   *     an answer's first token and its end at once, what is between within 5 ms and a step
   */
  public BatchingEngine(
      BatchDecoder decoder, int queueCapacity, boolean prefixCache, Runnable carrier) {
    this.delivery = new Delivery(carrier, System::nanoTime);
    this.decoder = decoder;
    this.queue = new AdmissionQueue(queueCapacity);
    this.slots = new Slots(decoder, prefixCache);
    this.tokens = new int[slots.count()];
    this.lengths = new int[slots.count()];
    this.logits = new float[slots.count()][decoder.vocabularySize()];
    this.thread = Thread.ofPlatform().name("engine").daemon().start(this::loop);
  }

  @Override
  public Generation submit(List<Job> jobs) {
    List<Sequence> sequences = new ArrayList<>();
    for (Job job : jobs) {
      int length = job.request().prompt().length;
      if (length >= contextTokens()) {
        throw new ContextLengthException(contextTokens(), length, 1);
      }
      sequences.add(new Sequence(job.request(), job.listener(), contextTokens(), scratch));
    }
    if (broken != null) {
      throw failed(broken);
    }
    if (queue.running() + queue.waiting() == 0) {
      progress = System.nanoTime();
    }
    queue.put(sequences, slots.count());
    return () -> sequences.forEach(Sequence::cancel);
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
    return decoder.size().slotTokens();
  }

  @Override
  public long cacheTokens() {
    return slots.capacity();
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
      delivery.now();
      decoder.close();
    }
  }

  private static EngineStoppedException failed(Throwable cause) {
    return new EngineStoppedException("the engine has failed: " + cause, cause);
  }

  private void failAll(RuntimeException cause) {
    for (int slot = 0; slot < slots.count(); slot++) {
      if (slots.at(slot) != null) {
        leave(slot, sequence -> sequence.fail(cause));
      }
    }
    for (Sequence next = queue.poll(); next != null; next = queue.poll()) {
      dismiss(next, sequence -> sequence.fail(cause));
    }
  }

  private void turn() {
    endCancelled();
    admit();
    dismissWaiting();
    prefill();
    step();
    delivery.afterRun();
    slots.compact();
    cacheUsage = (double) slots.tokens() / ((long) slots.count() * contextTokens());
  }

  private void endCancelled() {
    for (int slot = 0; slot < slots.count(); slot++) {
      if (slots.at(slot) != null && slots.at(slot).cancelled()) {
        leave(slot, sequence -> sequence.end(FinishReason.CANCELLED));
      }
    }
  }

  /** Tells those in the queue who will not run any more. */
  private void dismissWaiting() {
    if (queue.waiting() == 0) {
      return;
    }
    long now = System.nanoTime();
    for (Sequence gone : queue.pollIf(each -> each.cancelled() || each.outOfPatience(now))) {
      dismiss(
          gone,
          gone.cancelled()
              ? sequence -> sequence.end(FinishReason.CANCELLED)
              : sequence -> sequence.fail(new WaitedTooLongException(sequence.waited())));
    }
  }

  private void admit() {
    while (!slots.full()) {
      Sequence next = queue.poll();
      if (next == null) {
        return;
      }
      if (next.cancelled()) {
        dismiss(next, sequence -> sequence.end(FinishReason.CANCELLED));
      } else {
        next.admit();
        slots.place(next);
      }
    }
  }

  /**
   * Appends at most one chunk's worth of prompt tokens, so that running answers never wait long.
   */
  private void prefill() {
    int budget = decoder.chunkTokens();
    for (int slot = 0; slot < slots.count() && budget > 1; slot++) {
      Sequence sequence = slots.at(slot);
      if (sequence == null || !sequence.prefilling()) {
        continue;
      }
      slots.begin(slot);
      int from = sequence.cached();
      int added = sequence.chunk(budget);
      if (added > 0) {
        budget -= added;
        delivery.now();
        appendTo(slot, sequence, from, from + added);
      }
    }
    delivery.afterRun();
  }

  /** A failure ends this one sequence and no other. */
  private void appendTo(int slot, Sequence sequence, int from, int to) {
    try {
      decoder.append(slot, sequence.tokens(), from, to, logits[slot]);
      sequence.cached(to);
      slots.appended(slot);
      delivery.hasten();
      progress = System.nanoTime();
      if (to == sequence.length() && !sequence.advance(logits[slot])) {
        free(slot);
      }
    } catch (RuntimeException e) {
      slots.forget(slot);
      leave(slot, failed -> failed.fail(e));
    }
  }

  private void step() {
    int n = 0;
    for (int slot = 0; slot < slots.count(); slot++) {
      boolean runs = runs(slot);
      tokens[slot] = runs ? slots.at(slot).last() : 0;
      lengths[slot] = slots.held(slot);
      if (runs) {
        n = slot + 1;
      }
    }
    if (n == 0) {
      return;
    }
    try {
      decoder.step(n, tokens, lengths, logits);
    } catch (RuntimeException e) {
      stepAlone(n);
      return;
    }
    progress = System.nanoTime();
    for (int slot = 0; slot < n; slot++) {
      if (runs(slot)) {
        advance(slot, slots.at(slot));
      }
    }
  }

  private boolean runs(int slot) {
    Sequence sequence = slots.at(slot);
    return sequence != null && !sequence.prefilling();
  }

  private void advance(int slot, Sequence sequence) {
    sequence.cached(sequence.cached() + 1);
    try {
      if (!sequence.advance(logits[slot])) {
        free(slot);
      }
    } catch (RuntimeException e) {
      slots.forget(slot);
      leave(slot, failed -> failed.fail(e));
    }
  }

  /** When a batch fails, each row is tried by itself: only those that are to blame end. */
  private void stepAlone(int n) {
    for (int slot = 0; slot < n; slot++) {
      if (runs(slot)) {
        appendTo(slot, slots.at(slot), slots.at(slot).cached(), slots.at(slot).length());
      }
    }
  }

  private void free(int slot) {
    slots.free(slot);
    progress = System.nanoTime();
    delivery.hasten();
    queue.finished();
  }

  private void leave(int slot, Consumer<Sequence> farewell) {
    guarded(slots.at(slot), farewell);
    free(slot);
  }

  /** Of one that never had a slot. */
  private void dismiss(Sequence sequence, Consumer<Sequence> farewell) {
    guarded(sequence, farewell);
    progress = System.nanoTime();
    delivery.hasten();
    queue.finished();
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
