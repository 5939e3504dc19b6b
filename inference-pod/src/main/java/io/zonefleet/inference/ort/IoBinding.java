package io.zonefleet.inference.ort;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Inputs and outputs bound to memory once and run many times: a run through it allocates nothing.
 * One thread at a time.
 */
public final class IoBinding extends Handle {
  private final OrtApi api;
  private final OrtSession session;
  private final List<HostInput> hostInputs = new ArrayList<>();
  private boolean ran;

  private record HostInput(String name, OrtTensor tensor, boolean copied) {}

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

  /**
   * Binds host memory whose contents change between runs. ONNX Runtime copies an input to its
   * device when it is bound, so where the graph takes it on another device, each run binds it anew.
   *
   * @param tensor in host memory; closed with this binding
   */
  public IoBinding hostInput(String name, OrtTensor tensor) {
    hostInputs.add(new HostInput(name, tensor, session.inputDevice(name) == Device.CUDA));
    return input(name, tensor);
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
    for (int i = 0; ran && i < hostInputs.size(); i++) {
      HostInput each = hostInputs.get(i);
      if (each.copied()) {
        input(each.name(), each.tensor());
      }
    }
    ran = true;
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

  @Override
  public synchronized void close() {
    super.close();
    hostInputs.forEach(each -> each.tensor().close());
  }
}
