package io.zonefleet.inference.engine;

import io.zonefleet.inference.model.CacheTensor;
import io.zonefleet.inference.ort.Device;
import io.zonefleet.inference.ort.OrtSession;
import io.zonefleet.inference.ort.Slab;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A cache's memory: for each of its tensors one slab {@code [slots, heads, slotTokens, size]}. */
final class SlotSlabs implements AutoCloseable {
  private static final int SWAP_BYTES = 1 << 16;

  private final Owned owned = new Owned();
  private final Device device;
  private final List<CacheTensor> tensors;
  private final int slotTokens;
  private final List<Slab> slabs = new ArrayList<>();
  private final MemorySegment held = MemorySegment.ofArray(new byte[SWAP_BYTES]);

  SlotSlabs(
      OrtSession session, Device device, List<CacheTensor> tensors, int slots, int slotTokens) {
    this.device = device;
    this.tensors = tensors;
    this.slotTokens = slotTokens;
    try {
      for (CacheTensor tensor : tensors) {
        slabs.add(owned.add(Slab.allocate(session, device, slots * slotBytes(tensor))));
      }
    } catch (RuntimeException e) {
      owned.close();
      throw e;
    }
  }

  Slab get(int tensor) {
    return slabs.get(tensor);
  }

  long slotBytes(CacheTensor tensor) {
    return tensor.heads() * headBytes(tensor);
  }

  private long headBytes(CacheTensor tensor) {
    return slotTokens * tensor.rowBytes();
  }

  /** Whether {@link #copy} and {@link #swap} can reach the memory. */
  boolean movable() {
    return device == Device.CPU;
  }

  /** Copies the first {@code tokens} tokens of one slot to another. */
  void copy(int from, int to, int tokens) {
    for (int t = 0; t < slabs.size(); t++) {
      CacheTensor tensor = tensors.get(t);
      MemorySegment memory = slabs.get(t).memory();
      for (int head = 0; head < tensor.heads(); head++) {
        long at = head * headBytes(tensor);
        MemorySegment.copy(
            memory,
            from * slotBytes(tensor) + at,
            memory,
            to * slotBytes(tensor) + at,
            tokens * tensor.rowBytes());
      }
    }
  }

  /** Exchanges the first {@code tokens} tokens of two slots. */
  void swap(int a, int b, int tokens) {
    for (int t = 0; t < slabs.size(); t++) {
      CacheTensor tensor = tensors.get(t);
      MemorySegment memory = slabs.get(t).memory();
      for (int head = 0; head < tensor.heads(); head++) {
        long at = head * headBytes(tensor);
        swap(
            memory,
            a * slotBytes(tensor) + at,
            b * slotBytes(tensor) + at,
            tokens * tensor.rowBytes());
      }
    }
  }

  private void swap(MemorySegment memory, long a, long b, long bytes) {
    for (long done = 0; done < bytes; done += SWAP_BYTES) {
      long n = Math.min(SWAP_BYTES, bytes - done);
      MemorySegment.copy(memory, a + done, held, 0, n);
      MemorySegment.copy(memory, b + done, memory, a + done, n);
      MemorySegment.copy(held, 0, memory, b + done, n);
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
