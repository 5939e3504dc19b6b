package io.zonefleet.inference.engine;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a GroupQueryAttention graph whose cache is updated in place: per layer one slab {@code
 * [slots, kv_heads, slot_tokens, head]} is bound as past and as present. Prompts are appended with
 * batch 1 through a view of one slot; steps take the first n slots, ragged, one token each.
 */
public final class GqaDecoder implements BatchDecoder {
  /** Mask widths are rounded up to powers of two, so that few bindings serve all lengths. */
  private static final int MIN_WIDTH = 64;

  private static final long LOGITS_BUDGET_BYTES = 32L << 20;
  private static final int MAX_CHUNK = 256;

  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private final OrtSession session;
  private final GraphLayout layout;
  private final RunOptions runOptions;
  private final int slots;
  private final int slotTokens;
  private final int chunk;
  private final Slab ids;
  private final Slab mask;
  private final Slab ones;
  private final Slab logitsSlab;
  private final List<Slab> cache = new ArrayList<>();
  private final Map<Long, IoBinding> steps = new HashMap<>();

  /**
   * @param slotTokens tokens per slot; at most the graph's own context
   */
  public GqaDecoder(
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
    long rowBytes = (long) layout.vocabularySize() * layout.logitsType().bytes();
    this.chunk = (int) Math.clamp(LOGITS_BUDGET_BYTES / rowBytes, 16, MAX_CHUNK);
    try {
      runOptions = own(new RunOptions(environment));
      ids = own(Slab.allocate(session, Device.CPU, 8L * Math.max(slots, chunk)));
      mask = own(Slab.allocate(session, Device.CPU, 8L * slots * slotTokens));
      ones = own(Slab.allocate(session, Device.CPU, 8L * slotTokens));
      logitsSlab = own(Slab.allocate(session, Device.CPU, rowBytes * Math.max(slots, chunk)));
      for (int i = 0; i < 2 * layout.layers(); i++) {
        cache.add(own(Slab.allocate(session, device, slots * slotBytes())));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    for (int i = 0; i < slotTokens; i++) {
      ones.memory().setAtIndex(JAVA_LONG, i, 1);
    }
  }

  private <T extends AutoCloseable> T own(T resource) {
    owned.push(resource);
    return resource;
  }

  private long slotBytes() {
    return layout.bytesPerTokenAndLayer() * slotTokens;
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
    }
    try (IoBinding binding = bind(slot, 1, n, ones, to)) {
      binding.run(runOptions);
    }
    readLogits(n - 1, logits);
  }

  @Override
  public void step(int n, int[] tokens, int[] lengths, float[][] logits) {
    int longest = 0;
    for (int i = 0; i < n; i++) {
      ids.memory().setAtIndex(JAVA_LONG, i, tokens[i]);
      longest = Math.max(longest, lengths[i] + 1);
    }
    int width = width(longest);
    MemorySegment rows = mask.memory().asSlice(0, 8L * n * width);
    rows.fill((byte) 0);
    for (int i = 0; i < n; i++) {
      MemorySegment.copy(ones.memory(), 0, rows, 8L * i * width, 8L * (lengths[i] + 1));
    }
    steps
        .computeIfAbsent((long) n << 32 | width, key -> own(bind(0, n, 1, mask, width)))
        .run(runOptions);
    for (int i = 0; i < n; i++) {
      readLogits(i, logits[i]);
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
        OrtTensor attention = maskSlab.view(0, ElementType.INT64, batch, width);
        OrtTensor output =
            logitsSlab.view(0, layout.logitsType(), batch, tokens, layout.vocabularySize())) {
      binding.input("input_ids", input).input("attention_mask", attention);
      for (int i = 0; i < cache.size(); i++) {
        String name = i / 2 + (i % 2 == 0 ? ".key" : ".value");
        try (OrtTensor part =
            cache
                .get(i)
                .view(
                    slot * slotBytes(),
                    layout.cacheType(),
                    batch,
                    layout.kvHeads(),
                    slotTokens,
                    layout.headSize())) {
          binding.input("past_key_values." + name, part).output("present." + name, part);
        }
      }
      return binding.output("logits", output);
    } catch (RuntimeException e) {
      binding.close();
      throw e;
    }
  }

  private void readLogits(int row, float[] into) {
    long offset = (long) row * layout.vocabularySize();
    MemorySegment all = logitsSlab.memory();
    if (layout.logitsType() == ElementType.FLOAT) {
      MemorySegment.copy(all, JAVA_FLOAT, offset * 4, into, 0, into.length);
      return;
    }
    for (int i = 0; i < into.length; i++) {
      into[i] = Float.float16ToFloat(all.getAtIndex(JAVA_SHORT, offset + i));
    }
  }

  @Override
  public boolean movable() {
    return cache.getFirst().device() == Device.CPU;
  }

  @Override
  public void move(int from, int to, int tokens) {
    long perToken = (long) layout.headSize() * layout.cacheType().bytes();
    for (Slab slab : cache) {
      MemorySegment memory = slab.memory();
      for (int head = 0; head < layout.kvHeads(); head++) {
        long at = head * slotTokens * perToken;
        MemorySegment.copy(
            memory, from * slotBytes() + at, memory, to * slotBytes() + at, tokens * perToken);
      }
    }
  }

  @Override
  public void close() {
    while (!owned.isEmpty()) {
      try {
        owned.pop().close();
      } catch (RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
