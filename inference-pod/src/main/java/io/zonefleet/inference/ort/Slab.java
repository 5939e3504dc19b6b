package io.zonefleet.inference.ort;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A block of a device's memory, got from ONNX Runtime's allocator for that device, so that the CUDA
 * path differs from the CPU path in a name and not in code. Tensors are views into it; it must
 * outlive them.
 */
public final class Slab extends Handle {
  private final OrtApi api;
  private final Device device;
  private final MemoryInfo info;
  private final long bytes;
  private final MemorySegment memory;
  private Optional<PinnedPages> pinned = Optional.empty();

  private Slab(OrtApi api, Device device, MemoryInfo info, MemorySegment allocator, long bytes) {
    super(
        "the slab",
        api.create(out -> (MemorySegment) api.allocatorAlloc.invokeExact(allocator, bytes, out)),
        pointer -> {
          api.check(() -> (MemorySegment) api.allocatorFree.invokeExact(allocator, pointer));
          api.releaseAllocator.accept(allocator);
          info.close();
        });
    this.api = api;
    this.device = device;
    this.info = info;
    this.bytes = bytes;
    this.memory = pointer().reinterpret(bytes);
  }

  /**
   * @param bytes size, at least 1
   * @throws OrtException when the device has not that much memory left
   */
  public static Slab allocate(OrtSession session, Device device, long bytes) {
    OrtApi api = session.api();
    MemoryInfo info = MemoryInfo.of(api, device);
    MemorySegment allocator;
    try {
      allocator =
          api.create(
              out ->
                  (MemorySegment)
                      api.createAllocator.invokeExact(session.pointer(), info.pointer(), out));
    } catch (RuntimeException e) {
      info.close();
      throw e;
    }
    try {
      return new Slab(api, device, info, allocator, bytes);
    } catch (RuntimeException e) {
      api.releaseAllocator.accept(allocator);
      info.close();
      throw e;
    }
  }

  /** Host memory that the session's device, if it has one, copies to quickly. */
  public static Slab allocateHost(OrtSession session, long bytes) {
    Slab slab = allocate(session, Device.CPU, bytes);
    slab.pinned = PinnedPages.of(slab.memory);
    return slab;
  }

  /**
   * The memory itself; only of a slab on the CPU. The segment is not bound to this handle's life:
   * do not use it after {@link #close}.
   */
  public MemorySegment memory() {
    if (device != Device.CPU) {
      throw new IllegalStateException("memory of " + device + " cannot be reached from the host");
    }
    pointer();
    return memory;
  }

  @Override
  public synchronized void close() {
    pinned.ifPresent(PinnedPages::close);
    pinned = Optional.empty();
    super.close();
  }

  /**
   * A tensor over part of this slab.
   *
   * @param offset first byte
   */
  public OrtTensor view(long offset, ElementType type, long... shape) {
    long size = type.bytes();
    for (long dim : shape) {
      size = Math.multiplyExact(size, dim);
    }
    if (offset < 0 || size < 0 || offset > bytes - size) {
      throw new IndexOutOfBoundsException(
          "a view of " + size + " bytes at " + offset + " leaves a slab of " + bytes);
    }
    long length = size;
    MemorySegment start = MemorySegment.ofAddress(pointer().address() + offset);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment dims = arena.allocateFrom(JAVA_LONG, shape);
      return new OrtTensor(
          api,
          api.create(
              out ->
                  (MemorySegment)
                      api.createTensor.invokeExact(
                          info.pointer(),
                          start,
                          length,
                          dims,
                          (long) shape.length,
                          type.code(),
                          out)));
    }
  }
}
