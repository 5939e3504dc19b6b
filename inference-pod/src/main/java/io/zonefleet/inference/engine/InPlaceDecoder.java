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

/**
 * Runs a GroupQueryAttention graph whose cache is updated in place: per layer one slab {@code
 * [slots, kv_heads, slot_tokens, head]} is bound as past and as present. Prompts are appended with
 * batch 1 through a view of one slot; steps take the first n slots, ragged, one token each.
 */
public final class InPlaceDecoder implements BatchDecoder {
  /** Mask widths are rounded up to powers of two, so that few bindings serve all lengths. */
  private static final int MIN_WIDTH_POWER = 6;

  private final Owned owned = new Owned();
  private final OrtSession session;
  private final GraphLayout layout;
  private final RunOptions runOptions;
  private final CacheSize size;
  private final int chunk;
  private final Slab ids;
  private final Slab positions;
  private final Slab mask;
  private final Slab ones;
  private final Slab zeros;
  private final LogitsBuffer logitsBuffer;
  private final SlotSlabs cache;

  /** Bindings of steps, by the number of rows and by the width of the mask, as a power of two. */
  private final IoBinding[][] steps;

  InPlaceDecoder(
      OrtEnvironment environment, OrtSession session, GraphLayout layout, CacheSize size) {
    this.session = session;
    this.layout = layout;
    this.size = size;
    this.chunk = LogitsBuffer.chunkTokens(layout);
    this.steps = new IoBinding[size.slots() + 1][Integer.SIZE];
    int rows = Math.max(size.slots(), chunk);
    try {
      runOptions = owned.add(new RunOptions(environment));
      ids = owned.add(Slab.allocate(session, Device.CPU, 8L * rows));
      positions = owned.add(Slab.allocate(session, Device.CPU, 8L * rows));
      mask = owned.add(Slab.allocate(session, Device.CPU, 8L * size.slots() * size.slotTokens()));
      ones = owned.add(Slab.allocate(session, Device.CPU, 8L * size.slotTokens()));
      zeros = owned.add(Slab.allocate(session, Device.CPU, 8L * size.slotTokens()));
      logitsBuffer = owned.add(new LogitsBuffer(session, layout, size.slots(), rows));
      cache =
          owned.add(
              new SlotSlabs(
                  session,
                  session.inputDevice(layout.cache().getFirst().past()),
                  layout.cache(),
                  size.allSlots(),
                  size.slotTokens()));
    } catch (RuntimeException e) {
      owned.close();
      throw e;
    }
    for (int i = 0; i < size.slotTokens(); i++) {
      ones.memory().setAtIndex(JAVA_LONG, i, 1);
      zeros.memory().setAtIndex(JAVA_LONG, i, 0);
    }
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
    int n = to - from;
    for (int i = 0; i < n; i++) {
      ids.memory().setAtIndex(JAVA_LONG, i, tokens[from + i]);
      positions.memory().setAtIndex(JAVA_LONG, i, from + i);
    }
    try (IoBinding binding = bind(slot, 1, n, ones, to)) {
      binding.run(runOptions);
    }
    logitsBuffer.read(0, n, logits);
  }

  @Override
  public void step(int n, int[] tokens, int[] lengths, float[][] logits) {
    MemorySegment idRow = ids.memory();
    MemorySegment positionRow = positions.memory();
    int longest = 0;
    for (int i = 0; i < n; i++) {
      idRow.setAtIndex(JAVA_LONG, i, tokens[i]);
      positionRow.setAtIndex(JAVA_LONG, i, lengths[i]);
      longest = Math.max(longest, lengths[i] + 1);
    }
    int power = Math.max(MIN_WIDTH_POWER, Integer.SIZE - Integer.numberOfLeadingZeros(longest - 1));
    int width = Math.min(1 << power, size.slotTokens());
    mask(n, width, lengths);
    if (steps[n][power] == null) {
      steps[n][power] = owned.add(bind(0, n, 1, mask, width));
    }
    steps[n][power].run(runOptions);
    for (int i = 0; i < n; i++) {
      logitsBuffer.read(i, 1, logits[i]);
    }
  }

  private void mask(int n, int width, int[] lengths) {
    MemorySegment rows = mask.memory();
    MemorySegment one = ones.memory();
    MemorySegment zero = zeros.memory();
    for (int i = 0; i < n; i++) {
      long seen = 8L * (lengths[i] + 1);
      MemorySegment.copy(one, 0, rows, 8L * i * width, seen);
      MemorySegment.copy(zero, 0, rows, 8L * i * width + seen, 8L * width - seen);
    }
  }

  /** Tensors may be freed once bound: the binding holds references of its own. */
  private IoBinding bind(int slot, int batch, int tokens, Slab maskSlab, int width) {
    IoBinding binding = new IoBinding(session);
    try (OrtTensor output = logitsBuffer.view(batch, tokens)) {
      binding
          .hostInput("input_ids", ids.view(0, ElementType.INT64, batch, tokens))
          .hostInput("attention_mask", maskSlab.view(0, ElementType.INT64, batch, width));
      if (layout.positionIds()) {
        binding.hostInput("position_ids", positions.view(0, ElementType.INT64, batch, tokens));
      }
      for (int i = 0; i < layout.cache().size(); i++) {
        CacheTensor tensor = layout.cache().get(i);
        long offset = slot * cache.slotBytes(tensor);
        try (OrtTensor part =
            cache
                .get(i)
                .view(
                    offset,
                    tensor.type(),
                    batch,
                    tensor.heads(),
                    size.slotTokens(),
                    tensor.size())) {
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
    return cache.movable();
  }

  @Override
  public void copy(int from, int to, int tokens) {
    cache.copy(from, to, tokens);
  }

  @Override
  public void swap(int a, int b, int tokens) {
    cache.swap(a, b, tokens);
  }

  @Override
  public void close() {
    owned.close();
  }
}
