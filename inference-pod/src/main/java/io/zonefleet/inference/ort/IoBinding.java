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
   * Runs the graph on the calling thread.
   *
   * @throws OrtException when an operator fails or {@code options} were terminated
   */
  public void run(RunOptions options) {
    api.check(
        () ->
            (MemorySegment)
                api.runWithBinding.invokeExact(session.pointer(), options.pointer(), pointer()));
  }
}
