package io.zonefleet.inference.ort;

/** Where tensors live. The names are those that ONNX Runtime gives its allocators. */
public enum Device {
  CPU("Cpu"),
  CUDA("Cuda");

  private final String allocator;

  Device(String allocator) {
    this.allocator = allocator;
  }

  String allocator() {
    return allocator;
  }

  /** Pinned memory and the like is the host's too. */
  static Device ofAllocator(String name) {
    return name.equals(CUDA.allocator) ? CUDA : CPU;
  }
}
