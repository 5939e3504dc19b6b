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
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a GroupQueryAttention graph whose cache is updated in place: per layer one slab {@code
 * [slots, kv_heads, slot_tokens, head]} is bound as past and as present. Prompts are appended with
 * batch 1 through a view of one slot; steps take the first n slots, ragged, one token each.
 */
public final class InPlaceDecoder implements BatchDecoder {
  /** Mask widths are rounded up to powers of two, so that few bindings serve all lengths. */
  private static final int MIN_WIDTH = 64;

  private final Owned owned = new Owned();
  private final OrtSession session;
  private final GraphLayout layout;
  private final RunOptions runOptions;
  private final int slots;
  private final int slotTokens;
  private final int chunk;
  private final Slab ids;
  private final Slab positions;
  private final Slab mask;
  private final Slab ones;
  private final LogitsBuffer logitsBuffer;
  private final List<Slab> cache = new ArrayList<>();
  private final Map<Long, IoBinding> steps = new HashMap<>();

  InPlaceDecoder(
      OrtEnvironment environment,
      OrtSession session,
      Device device,
      GraphLayout layout,
      int slots,
      int slotTokens) {
    this.session = session;
    this.layout = layout;
    this.slots = slots;
    this.slotTokens = slotTokens;
    this.chunk = LogitsBuffer.chunkTokens(layout);
    int rows = Math.max(slots, chunk);
    try {
      runOptions = owned.add(new RunOptions(environment));
      ids = owned.add(Slab.allocate(session, Device.CPU, 8L * rows));
      positions = owned.add(Slab.allocate(session, Device.CPU, 8L * rows));
      mask = owned.add(Slab.allocate(session, Device.CPU, 8L * slots * slotTokens));
      ones = owned.add(Slab.allocate(session, Device.CPU, 8L * slotTokens));
      logitsBuffer = owned.add(new LogitsBuffer(session, layout, rows));
      for (CacheTensor tensor : layout.cache()) {
        cache.add(owned.add(Slab.allocate(session, device, slots * slotBytes(tensor))));
      }
    } catch (RuntimeException e) {
      owned.close();
      throw e;
    }
    for (int i = 0; i < slotTokens; i++) {
      ones.memory().setAtIndex(JAVA_LONG, i, 1);
    }
  }

  private long slotBytes(CacheTensor tensor) {
    return tensor.heads() * slotTokens * tensor.rowBytes();
  }

  @Override
  public int slots() {
    return slots;
  }

  @Override
  public int slotTokens() {
    return slotTokens;
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
    int n = to - from;
    for (int i = 0; i < n; i++) {
      ids.memory().setAtIndex(JAVA_LONG, i, tokens[from + i]);
      positions.memory().setAtIndex(JAVA_LONG, i, from + i);
    }
    try (IoBinding binding = bind(slot, 1, n, ones, to)) {
      binding.run(runOptions);
    }
    logitsBuffer.read(n - 1, logits);
  }

  @Override
  public void step(int n, int[] tokens, int[] lengths, float[][] logits) {
    int longest = 0;
    for (int i = 0; i < n; i++) {
      ids.memory().setAtIndex(JAVA_LONG, i, tokens[i]);
      positions.memory().setAtIndex(JAVA_LONG, i, lengths[i]);
      longest = Math.max(longest, lengths[i] + 1);
    }
    int width = width(longest);
    MemorySegment rows = mask.memory().asSlice(0, 8L * n * width);
    rows.fill((byte) 0);
    for (int i = 0; i < n; i++) {
      MemorySegment.copy(ones.memory(), 0, rows, 8L * i * width, 8L * (lengths[i] + 1));
    }
    steps
        .computeIfAbsent((long) n << 32 | width, key -> owned.add(bind(0, n, 1, mask, width)))
        .run(runOptions);
    for (int i = 0; i < n; i++) {
      logitsBuffer.read(i, logits[i]);
    }
  }

  private int width(int longest) {
    int rounded = Math.max(MIN_WIDTH, Integer.highestOneBit(longest - 1) << 1);
    return Math.min(rounded, slotTokens);
  }

  /** Tensors may be freed once bound: the binding holds references of its own. */
  private IoBinding bind(int slot, int batch, int tokens, Slab maskSlab, int width) {
    IoBinding binding = new IoBinding(session);
    try (OrtTensor input = ids.view(0, ElementType.INT64, batch, tokens);
        OrtTensor position = positions.view(0, ElementType.INT64, batch, tokens);
        OrtTensor attention = maskSlab.view(0, ElementType.INT64, batch, width);
        OrtTensor output = logitsBuffer.view(batch, tokens)) {
      binding.input("input_ids", input).input("attention_mask", attention);
      if (layout.positionIds()) {
        binding.input("position_ids", position);
      }
      for (int i = 0; i < cache.size(); i++) {
        CacheTensor tensor = layout.cache().get(i);
        long offset = slot * slotBytes(tensor);
        try (OrtTensor part =
            cache
                .get(i)
                .view(offset, tensor.type(), batch, tensor.heads(), slotTokens, tensor.size())) {
          binding.input(tensor.past(), part).output(tensor.present(), part);
        }
      }
      return binding.output("logits", output);
    } catch (RuntimeException e) {
      binding.close();
      throw e;
    }
  }

  @Override
  public boolean movable() {
    return cache.getFirst().device() == Device.CPU;
  }

  @Override
  public void move(int from, int to, int tokens) {
    for (int i = 0; i < cache.size(); i++) {
      CacheTensor tensor = layout.cache().get(i);
      MemorySegment memory = cache.get(i).memory();
      long slotBytes = slotBytes(tensor);
      for (int head = 0; head < tensor.heads(); head++) {
        long at = head * slotTokens * tensor.rowBytes();
        MemorySegment.copy(
            memory, from * slotBytes + at, memory, to * slotBytes + at, tokens * tensor.rowBytes());
      }
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
