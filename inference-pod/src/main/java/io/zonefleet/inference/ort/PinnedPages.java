package io.zonefleet.inference.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Host memory whose pages stay where they are, so that a GPU copies to it without a detour ({@code
 * cudaHostRegister}, of the CUDA runtime that ONNX Runtime has loaded). Logits of 16 rows of a
 * vocabulary of 150,000 are 5 MB for each step.
 */
final class PinnedPages implements AutoCloseable {
  private static final Path MAPS = Path.of("/proc/self/maps");

  private final MemorySegment memory;
  private final MethodHandle unregister;

  private PinnedPages(MemorySegment memory, MethodHandle unregister) {
    this.memory = memory;
    this.unregister = unregister;
  }

  /** Empty where there is no CUDA, or it refuses: the memory works all the same, only slower. */
  static Optional<PinnedPages> of(MemorySegment memory) {
    Optional<SymbolLookup> runtime = runtime();
    if (runtime.isEmpty()) {
      return Optional.empty();
    }
    MethodHandle register =
        function(
            runtime.get(),
            "cudaHostRegister",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
    MethodHandle unregister =
        function(runtime.get(), "cudaHostUnregister", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    try {
      int error = (int) register.invokeExact(memory, memory.byteSize(), 0);
      return error == 0 ? Optional.of(new PinnedPages(memory, unregister)) : Optional.empty();
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static MethodHandle function(
      SymbolLookup library, String name, FunctionDescriptor descriptor) {
    return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), descriptor);
  }

  private static Optional<SymbolLookup> runtime() {
    try (Stream<String> maps = Files.lines(MAPS)) {
      return maps.filter(line -> line.contains("/libcudart.so"))
          .map(line -> Path.of(line.substring(line.indexOf('/'))))
          .findFirst()
          .map(library -> SymbolLookup.libraryLookup(library, Arena.global()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    try {
      int ignored = (int) unregister.invokeExact(memory);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
