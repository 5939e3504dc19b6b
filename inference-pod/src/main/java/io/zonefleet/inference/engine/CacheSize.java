package io.zonefleet.inference.engine;

/**
 * How much a key-value cache holds.
 *
 * @param slots sequences that generate at the same time, at least 1
 * @param spareSlots slots beyond these, which only keep what ended sequences computed
 * @param slotTokens tokens that fit into one slot
 */
public record CacheSize(int slots, int spareSlots, int slotTokens) {
  public CacheSize {
    if (slots < 1 || spareSlots < 0 || slotTokens < 1) {
      throw new IllegalArgumentException(
          "a cache of "
              + slots
              + " slots, "
              + spareSlots
              + " spare ones and "
              + slotTokens
              + " tokens is impossible; allowed are at least 1, 0 and 1");
    }
  }

  int allSlots() {
    return slots + spareSlots;
  }
}
