package io.zonefleet.inference.engine;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.zonefleet.inference.model.GraphLayout;
import io.zonefleet.inference.ort.ElementType;
import io.zonefleet.inference.ort.OrtSession;
import io.zonefleet.inference.ort.OrtTensor;
import io.zonefleet.inference.ort.Slab;
import java.lang.foreign.MemorySegment;

/**
 * Host memory that a run's logits are written to: rows of the vocabulary's width, one for each
 * token, or for each row of the batch where the graph gives no more.
 */
final class LogitsBuffer implements AutoCloseable {
  private static final long BUDGET_BYTES = 32L << 20;
  private static final int MAX_CHUNK = 256;

  private final Slab slab;
  private final int width;
  private final ElementType type;
  private final boolean lastTokenOnly;

  /**
   * @param batch the most rows of one run
   * @param tokens the most tokens of one run, of all rows together
   */
  LogitsBuffer(OrtSession session, GraphLayout layout, int batch, int tokens) {
    lastTokenOnly = layout.lastTokenOnly();
    long rows = lastTokenOnly ? batch : tokens;
    width = layout.vocabularySize();
    type = layout.logitsType();
    slab = Slab.allocateHost(session, width * type.bytes() * rows);
  }

  /** Tokens per run, at least 16, whose logits stay within a budget of memory. */
  static int chunkTokens(GraphLayout layout) {
    long rowBytes = (long) layout.vocabularySize() * layout.logitsType().bytes();
    return (int) Math.clamp(BUDGET_BYTES / rowBytes, 16, MAX_CHUNK);
  }

  OrtTensor view(int batch, int tokens) {
    return slab.view(0, type, batch, lastTokenOnly ? 1 : tokens, width);
  }

  /**
   * The logits after the last token of a row.
   *
   * @param tokens that each row of the run had
   * @param into as wide as the vocabulary
   */
  void read(int row, int tokens, float[] into) {
    long offset = (lastTokenOnly ? row : (row + 1L) * tokens - 1) * width;
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
