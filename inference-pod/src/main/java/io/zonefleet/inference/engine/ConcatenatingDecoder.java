package io.zonefleet.inference.engine;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.zonefleet.inference.model.CacheTensor;
import io.zonefleet.inference.model.GraphLayout;
import io.zonefleet.inference.ort.Device;
import io.zonefleet.inference.ort.ElementType;
import io.zonefleet.inference.ort.IoBinding;
import io.zonefleet.inference.ort.OrtEnvironment;
import io.zonefleet.inference.ort.OrtSession;
import io.zonefleet.inference.ort.OrtTensor;
import io.zonefleet.inference.ort.RunOptions;
import io.zonefleet.inference.ort.Slab;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a graph that returns its past with the new tokens concatenated, such as Optimum's export of
 * DeepSeek-V3. The cache of each slot is kept in host memory; a run gets copies of its rows, padded
 * to the longest, and its new tokens are copied back.
 *
 * <p>Rows may differ in length because padding is masked wherever it lies and every token's
 * position is explicit; without a {@code position_ids} input the graph counts columns, so rows then
 * run one by one. Copying costs time and up to three times the cache's memory: prefer a
 * GroupQueryAttention graph where an architecture has one.
 */
public final class ConcatenatingDecoder implements BatchDecoder {
  private final Owned owned = new Owned();
  private final OrtSession session;
  private final GraphLayout layout;
  private final RunOptions runOptions;
  private final CacheSize size;
  private final int chunk;
  private final Slab ids;
  private final Slab positions;
  private final Slab mask;
  private final LogitsBuffer logitsBuffer;
  private final SlotSlabs held;
  private final List<Slab> past = new ArrayList<>();
  private final List<Slab> present = new ArrayList<>();

  ConcatenatingDecoder(
      OrtEnvironment environment, OrtSession session, GraphLayout layout, CacheSize size) {
    this.session = session;
    this.layout = layout;
    this.size = size;
    this.chunk = LogitsBuffer.chunkTokens(layout);
    int rows = Math.max(size.slots(), chunk);
    try {
      runOptions = owned.add(new RunOptions(environment));
      ids = host(8L * rows);
      positions = host(8L * rows);
      mask = host(8L * size.slots() * size.slotTokens());
      logitsBuffer = owned.add(new LogitsBuffer(session, layout, size.slots(), rows));
      held =
          owned.add(
              new SlotSlabs(
                  session, Device.CPU, layout.cache(), size.allSlots(), size.slotTokens()));
      for (CacheTensor tensor : layout.cache()) {
        past.add(host(size.slots() * held.slotBytes(tensor)));
        present.add(host(size.slots() * held.slotBytes(tensor)));
      }
    } catch (RuntimeException e) {
      owned.close();
      throw e;
    }
  }

  private Slab host(long bytes) {
    return owned.add(Slab.allocate(session, Device.CPU, bytes));
  }

  @Override
  public CacheSize size() {
    return size;
  }

  @Override
  public int vocabularySize() {
    return layout.vocabularySize();
  }

  @Override
  public int chunkTokens() {
    return chunk;
  }

  @Override
  public void append(int slot, int[] tokens, int from, int to, float[] logits) {
    run(slot, 1, to - from, new int[] {from}, (row, i) -> tokens[from + i]);
    logitsBuffer.read(0, to - from, logits);
  }

  @Override
  public void step(int n, int[] tokens, int[] lengths, float[][] logits) {
    if (!layout.positionIds()) {
      for (int slot = 0; slot < n; slot++) {
        int only = slot;
        run(slot, 1, 1, new int[] {lengths[slot]}, (row, i) -> tokens[only]);
        logitsBuffer.read(0, 1, logits[slot]);
      }
      return;
    }
    run(0, n, 1, lengths, (row, i) -> tokens[row]);
    for (int row = 0; row < n; row++) {
      logitsBuffer.read(row, 1, logits[row]);
    }
  }

  /** The i-th new token of a row. */
  private interface Tokens {
    int at(int row, int i);
  }

  /**
   * Appends {@code added} tokens to each of the slots from {@code first} on.
   *
   * @param lengths tokens that each of these slots holds already
   */
  private void run(int first, int batch, int added, int[] lengths, Tokens tokens) {
    int width = 0;
    for (int row = 0; row < batch; row++) {
      width = Math.max(width, lengths[row]);
    }
    for (int row = 0; row < batch; row++) {
      long at = (long) row * (width + added);
      for (int column = 0; column < width + added; column++) {
        boolean seen = column < lengths[row] || column >= width;
        mask.memory().setAtIndex(JAVA_LONG, at + column, seen ? 1 : 0);
      }
      for (int i = 0; i < added; i++) {
        ids.memory().setAtIndex(JAVA_LONG, (long) row * added + i, tokens.at(row, i));
        positions.memory().setAtIndex(JAVA_LONG, (long) row * added + i, lengths[row] + i);
      }
    }
    gather(first, batch, width, lengths);
    try (IoBinding binding = bind(batch, added, width)) {
      binding.run(runOptions);
    }
    scatter(first, batch, width, added, lengths);
  }

  /** Padding is zeroed: a masked NaN would still spoil the sum it is weighted into. */
  private void gather(int first, int batch, int width, int[] lengths) {
    for (int t = 0; t < layout.cache().size(); t++) {
      CacheTensor tensor = layout.cache().get(t);
      MemorySegment from = held.get(t).memory();
      MemorySegment to = past.get(t).memory();
      for (int i = 0; i < batch * tensor.heads(); i++) {
        int length = lengths[i / tensor.heads()];
        long begin = (long) i * width * tensor.rowBytes();
        long bytes = length * tensor.rowBytes();
        long source = ((long) first * tensor.heads() + i) * size.slotTokens() * tensor.rowBytes();
        MemorySegment.copy(from, source, to, begin, bytes);
        to.asSlice(begin + bytes, (width - length) * tensor.rowBytes()).fill((byte) 0);
      }
    }
  }

  private void scatter(int first, int batch, int width, int added, int[] lengths) {
    for (int t = 0; t < layout.cache().size(); t++) {
      CacheTensor tensor = layout.cache().get(t);
      MemorySegment from = present.get(t).memory();
      MemorySegment to = held.get(t).memory();
      for (int i = 0; i < batch * tensor.heads(); i++) {
        long source = ((long) i * (width + added) + width) * tensor.rowBytes();
        long row =
            ((long) first * tensor.heads() + i) * size.slotTokens() + lengths[i / tensor.heads()];
        MemorySegment.copy(from, source, to, row * tensor.rowBytes(), added * tensor.rowBytes());
      }
    }
  }

  private IoBinding bind(int batch, int added, int width) {
    IoBinding binding = new IoBinding(session);
    try (OrtTensor input = ids.view(0, ElementType.INT64, batch, added);
        OrtTensor position = positions.view(0, ElementType.INT64, batch, added);
        OrtTensor attention = mask.view(0, ElementType.INT64, batch, width + added);
        OrtTensor output = logitsBuffer.view(batch, added)) {
      binding.input("input_ids", input).input("attention_mask", attention);
      if (layout.positionIds()) {
        binding.input("position_ids", position);
      }
      for (int t = 0; t < layout.cache().size(); t++) {
        CacheTensor tensor = layout.cache().get(t);
        try (OrtTensor before = view(past.get(t), tensor, batch, width);
            OrtTensor after = view(present.get(t), tensor, batch, width + added)) {
          binding.input(tensor.past(), before).output(tensor.present(), after);
        }
      }
      return binding.output("logits", output);
    } catch (RuntimeException e) {
      binding.close();
      throw e;
    }
  }

  private static OrtTensor view(Slab slab, CacheTensor tensor, int batch, int tokens) {
    return slab.view(0, tensor.type(), batch, tensor.heads(), tokens, tensor.size());
  }

  @Override
  public boolean movable() {
    return held.movable();
  }

  @Override
  public void copy(int from, int to, int tokens) {
    held.copy(from, to, tokens);
  }

  @Override
  public void swap(int a, int b, int tokens) {
    held.swap(a, b, tokens);
  }

  @Override
  public void close() {
    owned.close();
  }
}
