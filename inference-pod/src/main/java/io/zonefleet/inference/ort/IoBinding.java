package io.zonefleet.inference.ort;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Inputs and outputs bound to memory once and run many times: a run through it allocates nothing.
 * One thread at a time.
 */
public final class IoBinding extends Handle {
  private final OrtApi api;
  private final OrtSession session;

  public IoBinding(OrtSession session) {
    super(
        "the binding",
        session
            .api()
            .create(
                out ->
                    (MemorySegment)
                        session.api().createBinding.invokeExact(session.pointer(), out)),
        session.api().releaseBinding);
    this.api = session.api();
    this.session = session;
  }

  /** Binds; ONNX Runtime keeps its own reference to the value, not to the memory beneath. */
  public IoBinding input(String name, OrtTensor tensor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      api.check(() -> (MemorySegment) api.bindInput.invokeExact(pointer(), text, tensor.pointer()));
    }
    return this;
  }

  /** Binds an output; the run writes straight into the tensor's memory. */
  public IoBinding output(String name, OrtTensor tensor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocateFrom(name);
      api.check(
          () -> (MemorySegment) api.bindOutput.invokeExact(pointer(), text, tensor.pointer()));
    }
    return this;
  }

  /**
   * Runs the graph on the calling thread. Written out rather than through a lambda, so that it
   * leaves nothing for the garbage collector.
   *
   * @throws OrtException when an operator fails or {@code options} were terminated
   */
  public void run(RunOptions options) {
    long status;
    try {
      status =
          (long) api.runWithBinding.invokeExact(session.pointer(), options.pointer(), pointer());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    if (status != 0) {
      api.check(() -> MemorySegment.ofAddress(status));
    }
  }
}
