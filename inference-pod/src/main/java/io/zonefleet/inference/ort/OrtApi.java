package io.zonefleet.inference.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * The function table of ONNX Runtime's C API. Entries are numbered by their place in {@code struct
 * OrtApi} of {@code onnxruntime_c_api.h}; the table only ever grows at its end, so the numbers hold
 * for every later release.
 */
final class OrtApi {
  /** The oldest API that has all entries below (ONNX Runtime 1.23). */
  private static final int VERSION = 23;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final long MAX_STRING = 1 << 16;

  private final MemorySegment table;
  private final MethodHandle getErrorCode;
  private final MethodHandle getErrorMessage;
  private final Consumer<MemorySegment> releaseStatus;

  final MethodHandle createEnv;
  final MethodHandle createSession;
  final MethodHandle createSessionFromArray;
  final MethodHandle createSessionOptions;
  final MethodHandle disableMemPattern;
  final MethodHandle setIntraOpNumThreads;
  final MethodHandle setInterOpNumThreads;
  final MethodHandle addSessionConfigEntry;
  final MethodHandle createCudaOptions;
  final MethodHandle appendCuda;
  final MethodHandle updateCudaOptions;
  final MethodHandle getAvailableProviders;
  final MethodHandle releaseAvailableProviders;
  final MethodHandle[] ioCount;
  final MethodHandle[] ioTypeInfo;
  final MethodHandle[] ioName;
  final MethodHandle inputMemory;
  final MethodHandle memoryName;
  final MethodHandle castToTensorInfo;
  final MethodHandle elementType;
  final MethodHandle dimensionsCount;
  final MethodHandle dimensions;
  final MethodHandle defaultAllocator;
  final MethodHandle createMemoryInfo;
  final MethodHandle createAllocator;
  final MethodHandle allocatorAlloc;
  final MethodHandle allocatorFree;
  final MethodHandle createTensor;
  final MethodHandle createBinding;
  final MethodHandle bindInput;
  final MethodHandle bindOutput;
  final MethodHandle runWithBinding;
  final MethodHandle createRunOptions;
  final MethodHandle terminate;
  final MethodHandle unsetTerminate;

  final Consumer<MemorySegment> releaseEnv;
  final Consumer<MemorySegment> releaseMemoryInfo;
  final Consumer<MemorySegment> releaseSession;
  final Consumer<MemorySegment> releaseValue;
  final Consumer<MemorySegment> releaseRunOptions;
  final Consumer<MemorySegment> releaseTypeInfo;
  final Consumer<MemorySegment> releaseSessionOptions;
  final Consumer<MemorySegment> releaseAllocator;
  final Consumer<MemorySegment> releaseBinding;
  final Consumer<MemorySegment> releaseCudaOptions;

  /** Loads the library for the life of the process. */
  OrtApi(Path library) {
    try {
      SymbolLookup lookup = SymbolLookup.libraryLookup(library, Arena.global());
      MethodHandle getApiBase =
          LINKER.downcallHandle(
              lookup.find("OrtGetApiBase").orElseThrow(), FunctionDescriptor.of(ADDRESS));
      MemorySegment base = ((MemorySegment) getApiBase.invokeExact()).reinterpret(16);
      MethodHandle getApi =
          LINKER.downcallHandle(base.get(ADDRESS, 0), FunctionDescriptor.of(ADDRESS, JAVA_INT));
      MemorySegment api = (MemorySegment) getApi.invokeExact(VERSION);
      if (api.address() == 0) {
        throw new OrtException(
            0, library + " is older than ONNX Runtime 1." + VERSION + ", the oldest supported");
      }
      table = api.reinterpret(381 * ADDRESS.byteSize());
    } catch (IllegalArgumentException e) {
      throw new OrtException(0, "ONNX Runtime's library cannot be loaded: " + e.getMessage());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    getErrorCode = entry(1, FunctionDescriptor.of(JAVA_INT, ADDRESS));
    getErrorMessage = entry(2, FunctionDescriptor.of(ADDRESS, ADDRESS));
    releaseStatus = release(93);

    createEnv = call(4, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
    createSession = call(7, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
    createSessionFromArray = call(8, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS);
    createSessionOptions = call(10, ADDRESS);
    disableMemPattern = call(17, ADDRESS);
    setIntraOpNumThreads = call(24, ADDRESS, JAVA_INT);
    setInterOpNumThreads = call(25, ADDRESS, JAVA_INT);
    addSessionConfigEntry = call(130, ADDRESS, ADDRESS, ADDRESS);
    appendCuda = call(204, ADDRESS, ADDRESS);
    createCudaOptions = call(205, ADDRESS);
    updateCudaOptions = call(206, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
    getAvailableProviders = call(125, ADDRESS, ADDRESS);
    releaseAvailableProviders = call(126, ADDRESS, JAVA_INT);
    ioCount = new MethodHandle[] {call(30, ADDRESS, ADDRESS), call(31, ADDRESS, ADDRESS)};
    ioTypeInfo =
        new MethodHandle[] {
          call(33, ADDRESS, JAVA_LONG, ADDRESS), call(34, ADDRESS, JAVA_LONG, ADDRESS)
        };
    ioName =
        new MethodHandle[] {
          call(36, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS),
          call(37, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS)
        };
    inputMemory = call(380, ADDRESS, ADDRESS, JAVA_LONG);
    memoryName = call(71, ADDRESS, ADDRESS);
    castToTensorInfo = call(55, ADDRESS, ADDRESS);
    elementType = call(60, ADDRESS, ADDRESS);
    dimensionsCount = call(61, ADDRESS, ADDRESS);
    dimensions = call(62, ADDRESS, ADDRESS, JAVA_LONG);
    defaultAllocator = call(78, ADDRESS);
    createMemoryInfo = call(68, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);
    createAllocator = call(131, ADDRESS, ADDRESS, ADDRESS);
    allocatorAlloc = call(75, ADDRESS, JAVA_LONG, ADDRESS);
    allocatorFree = call(76, ADDRESS, ADDRESS);
    createTensor = call(49, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS);
    createBinding = call(134, ADDRESS, ADDRESS);
    bindInput = call(136, ADDRESS, ADDRESS, ADDRESS);
    bindOutput = call(137, ADDRESS, ADDRESS, ADDRESS);
    // the status as a number: a pointer would be an object for each run
    runWithBinding = entry(133, FunctionDescriptor.of(JAVA_LONG, ADDRESS, ADDRESS, ADDRESS));
    createRunOptions = call(39, ADDRESS);
    terminate = call(46, ADDRESS);
    unsetTerminate = call(47, ADDRESS);

    releaseEnv = release(92);
    releaseMemoryInfo = release(94);
    releaseSession = release(95);
    releaseValue = release(96);
    releaseRunOptions = release(97);
    releaseTypeInfo = release(98);
    releaseSessionOptions = release(100);
    releaseAllocator = release(132);
    releaseBinding = release(135);
    releaseCudaOptions = release(208);
  }

  private MethodHandle entry(int index, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(table.getAtIndex(ADDRESS, index), descriptor);
  }

  /** An entry that returns an {@code OrtStatus*}. */
  private MethodHandle call(int index, MemoryLayout... arguments) {
    return entry(index, FunctionDescriptor.of(ADDRESS, arguments));
  }

  private Consumer<MemorySegment> release(int index) {
    MethodHandle handle = entry(index, FunctionDescriptor.ofVoid(ADDRESS));
    return pointer -> {
      try {
        handle.invokeExact(pointer);
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    };
  }

  /** A native call that returns a status. */
  @FunctionalInterface
  interface Call {
    MemorySegment invoke() throws Throwable;
  }

  /** A native call that returns a status and stores a pointer at its argument. */
  @FunctionalInterface
  interface Creation {
    MemorySegment invoke(MemorySegment out) throws Throwable;
  }

  /**
   * @throws OrtException with ONNX Runtime's own words when the status is not null
   */
  void check(Call call) {
    MemorySegment status;
    try {
      status = call.invoke();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
    if (status.address() != 0) {
      throw failure(status);
    }
  }

  /** Runs a call that makes an object, and returns the pointer to it. */
  MemorySegment create(Creation creation) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment out = arena.allocate(ADDRESS);
      check(() -> creation.invoke(out));
      return out.get(ADDRESS, 0);
    }
  }

  private OrtException failure(MemorySegment status) {
    try {
      int code = (int) getErrorCode.invokeExact(status);
      String message = string((MemorySegment) getErrorMessage.invokeExact(status));
      return new OrtException(code, message);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    } finally {
      releaseStatus.accept(status);
    }
  }

  static String string(MemorySegment pointer) {
    return pointer.reinterpret(MAX_STRING).getString(0);
  }
}
