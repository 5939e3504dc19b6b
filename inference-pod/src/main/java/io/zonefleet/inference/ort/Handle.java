package io.zonefleet.inference.ort;

import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * A native object that is freed once, by {@link #close}. Using it afterwards fails with {@link
 * IllegalStateException} rather than crashing the process. Not thread-safe unless a subclass says
 * so.
 */
public abstract class Handle implements AutoCloseable {
  private final String what;
  private final Consumer<MemorySegment> release;
  private volatile MemorySegment pointer;

  Handle(String what, MemorySegment pointer, Consumer<MemorySegment> release) {
    this.what = what;
    this.pointer = pointer;
    this.release = release;
  }

  final MemorySegment pointer() {
    MemorySegment p = pointer;
    if (p == null) {
      throw new IllegalStateException(what + " was closed already");
    }
    return p;
  }

  @Override
  public synchronized void close() {
    MemorySegment p = pointer;
    if (p != null) {
      pointer = null;
      release.accept(p);
    }
  }
}
