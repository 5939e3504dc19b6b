package io.zonefleet.inference.engine;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.zonefleet.inference.model.GraphLayout;
import io.zonefleet.inference.ort.Device;
import io.zonefleet.inference.ort.ElementType;
import io.zonefleet.inference.ort.OrtSession;
import io.zonefleet.inference.ort.OrtTensor;
import io.zonefleet.inference.ort.Slab;
import java.lang.foreign.MemorySegment;

/** Host memory that a run's logits are written to: rows of the vocabulary's width. */
final class LogitsBuffer implements AutoCloseable {
  private static final long BUDGET_BYTES = 32L << 20;
  private static final int MAX_CHUNK = 256;

  private final Slab slab;
  private final int width;
  private final ElementType type;

  LogitsBuffer(OrtSession session, GraphLayout layout, int rows) {
    width = layout.vocabularySize();
    type = layout.logitsType();
    slab = Slab.allocate(session, Device.CPU, (long) width * type.bytes() * rows);
  }

  /** Tokens per run, at least 16, whose logits stay within a budget of memory. */
  static int chunkTokens(GraphLayout layout) {
    long rowBytes = (long) layout.vocabularySize() * layout.logitsType().bytes();
    return (int) Math.clamp(BUDGET_BYTES / rowBytes, 16, MAX_CHUNK);
  }

  OrtTensor view(int batch, int tokens) {
    return slab.view(0, type, batch, tokens, width);
  }

  /**
   * @param into as wide as the vocabulary
   */
  void read(int row, float[] into) {
    long offset = (long) row * width;
    MemorySegment all = slab.memory();
    if (type == ElementType.FLOAT) {
      MemorySegment.copy(all, JAVA_FLOAT, offset * 4, into, 0, into.length);
      return;
    }
    for (int i = 0; i < into.length; i++) {
      into[i] = Float.float16ToFloat(all.getAtIndex(JAVA_SHORT, offset + i));
    }
  }

  @Override
  public void close() {
    slab.close();
  }
}
