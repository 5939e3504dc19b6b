package io.zonefleet.inference.engine;

import java.util.Arrays;

/**
 * Who runs in which slot of the cache, and which prompts the slots hold, so that a request whose
 * prompt begins as another one did starts where that ended. The sequences that run fill the first
 * slots without a hole where the decoder can move them.
 *
 * <p>Only what was computed as part of a prompt is reused, and at least two tokens of a prompt are
 * always computed anew: kernels for single tokens round differently, so that the cache would change
 * answers otherwise. The slot that was unused for longest is given up first.
 */
final class Slots {
  /** Beginnings that are shorter are not worth a copy: templates alone share some tokens. */
  private static final int WORTHWHILE = 16;

  private static final class Slot {
    private Sequence sequence;

    /** Tokens of which the slot holds the first {@code held}. */
    private int[] prompt = {};

    private int held;
    private boolean begun;
    private long used;

    boolean idle() {
      return sequence == null;
    }

    int common(int[] other) {
      int most = Math.min(held, other.length - 2);
      int first = Arrays.mismatch(prompt, other);
      int common = first < 0 ? most : Math.min(first, most);
      return common < WORTHWHILE ? 0 : common;
    }
  }

  private final BatchDecoder decoder;
  private final boolean reuse;
  private final Slot[] slots;
  private final int most;
  private int running;
  private long clock;

  /**
   * @param reuse whether beginnings of prompts are reused at all
   */
  Slots(BatchDecoder decoder, boolean reuse) {
    this.decoder = decoder;
    this.reuse = reuse;
    this.most = decoder.size().slots();
    this.slots = new Slot[decoder.movable() ? decoder.size().allSlots() : most];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = new Slot();
    }
  }

  /** Slots that sequences run in; slots with higher numbers only hold prompts. */
  int count() {
    return most;
  }

  /** Tokens that fit in all slots together. */
  long capacity() {
    return (long) slots.length * decoder.size().slotTokens();
  }

  boolean full() {
    return running == most;
  }

  /** The sequence in a slot, or null. */
  Sequence at(int slot) {
    return slots[slot].sequence;
  }

  /** Tokens at the beginning of a slot that a step must leave alone. */
  int held(int slot) {
    Slot each = slots[slot];
    return each.begun ? each.sequence.cached() : each.held;
  }

  /** Gives a sequence one of the slots, of which there must be one that is free. */
  void place(Sequence sequence) {
    int best = best(sequence.prompt(), -1, !decoder.movable());
    if (best >= 0) {
      slots[best].used = ++clock;
    }
    int slot =
        decoder.movable()
            ? makeRoom(best, sequence.prompt())
            // where nothing moves, a prompt is reused only by the sequence that takes its slot
            : best >= 0 ? best : oldest();
    slots[slot].sequence = sequence;
    running++;
  }

  /**
   * Makes the first free slot available. What it holds takes the place of what was unused for
   * longest, or changes places with the best beginning if hardly more than that would be lost.
   */
  private int makeRoom(int best, int[] prompt) {
    int first = 0;
    while (!slots[first].idle()) {
      first++;
    }
    if (best >= 0
        && slots[best].idle()
        && slots[best].held - slots[best].common(prompt) < WORTHWHILE) {
      exchange(first, best);
      return first;
    }
    int oldest = oldest();
    if (oldest != first && slots[first].held > 0) {
      decoder.copy(first, oldest, slots[first].held);
      slots[oldest].prompt = slots[first].prompt;
      slots[oldest].held = slots[first].held;
      slots[oldest].used = slots[first].used;
    }
    return first;
  }

  private void exchange(int a, int b) {
    if (a == b) {
      return;
    }
    if (held(a) == 0) {
      decoder.copy(b, a, held(b));
    } else if (held(b) == 0) {
      decoder.copy(a, b, held(a));
    } else {
      decoder.swap(a, b, Math.max(held(a), held(b)));
    }
    Slot slot = slots[a];
    slots[a] = slots[b];
    slots[b] = slot;
  }

  private int oldest() {
    int oldest = -1;
    for (int slot = 0; slot < slots.length; slot++) {
      if (slots[slot].idle() && (oldest < 0 || slots[slot].used < slots[oldest].used)) {
        oldest = slot;
      }
    }
    return oldest;
  }

  /** The slot with the longest worthwhile common beginning, the own one first; -1 for none. */
  private int best(int[] prompt, int own, boolean idleOnly) {
    int best = -1;
    int length = 0;
    if (reuse && own >= 0 && slots[own].common(prompt) > 0) {
      best = own;
      length = slots[own].common(prompt);
    }
    for (int slot = 0; slot < slots.length && reuse; slot++) {
      int common = idleOnly && !slots[slot].idle() ? 0 : slots[slot].common(prompt);
      if (common > length) {
        best = slot;
        length = common;
      }
    }
    return best;
  }

  /**
   * To be called before the first tokens of a prompt are appended: fills the slot with the longest
   * beginning that is known by now, which another sequence may have computed since {@link #place}.
   */
  void begin(int slot) {
    Slot own = slots[slot];
    if (own.begun) {
      return;
    }
    int[] prompt = own.sequence.prompt();
    int best = decoder.movable() ? best(prompt, slot, false) : slot;
    int common = best < 0 || !reuse ? 0 : slots[best].common(prompt);
    if (common > 0 && best != slot) {
      decoder.copy(best, slot, common);
      slots[best].used = ++clock;
    }
    own.prompt = prompt;
    own.held = common;
    own.begun = true;
    own.sequence.reuse(common);
  }

  /** More of a prompt was appended. */
  void appended(int slot) {
    Slot own = slots[slot];
    own.held = Math.min(own.sequence.cached(), own.prompt.length);
  }

  /** The sequence has ended; its prompt stays until the slot is needed. */
  void free(int slot) {
    slots[slot].sequence = null;
    slots[slot].begun = false;
    slots[slot].used = ++clock;
    running--;
  }

  /** What the slot holds is not to be trusted. */
  void forget(int slot) {
    slots[slot].held = 0;
  }

  /** Moves the last sequences into holes, so that a step computes no more rows than it must. */
  void compact() {
    if (!decoder.movable()) {
      return;
    }
    int hole = 0;
    for (int last = most - 1; last > hole; last--) {
      if (slots[last].idle()) {
        continue;
      }
      while (hole < last && !slots[hole].idle()) {
        hole++;
      }
      exchange(hole, last);
    }
  }

  /** Tokens of sequences that run. */
  int tokens() {
    int all = 0;
    for (int slot = 0; slot < most; slot++) {
      all += slots[slot].idle() ? 0 : slots[slot].sequence.cached();
    }
    return all;
  }
}
