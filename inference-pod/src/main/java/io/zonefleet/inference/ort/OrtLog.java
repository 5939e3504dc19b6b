package io.zonefleet.inference.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Takes what ONNX Runtime logs, which would else go to the process's standard error in a form of
 * its own. Called from any of its threads.
 */
final class OrtLog {
  private static final System.Logger LOG = System.getLogger("onnxruntime");

  /** {@code OrtLoggingLevel}, from VERBOSE to FATAL. */
  private static final List<System.Logger.Level> LEVELS =
      List.of(
          System.Logger.Level.TRACE,
          System.Logger.Level.DEBUG,
          System.Logger.Level.WARNING,
          System.Logger.Level.ERROR,
          System.Logger.Level.ERROR);

  /** Where in its sources an error arose, which ONNX Runtime writes before the error itself. */
  private static final Pattern ORIGIN = Pattern.compile("^.*\\[ONNXRuntimeError] : \\d+ : \\w+ : ");

  private List<String> captured;

  /** The {@code OrtLoggingFunction}; it lives as long as the process. */
  MemorySegment function() {
    try {
      FunctionDescriptor descriptor =
          FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS);
      MethodType type = descriptor.toMethodType();
      return Linker.nativeLinker()
          .upcallStub(MethodHandles.lookup().bind(this, "heard", type), descriptor, Arena.global());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** An exception must not get back into native code: it would end the process. */
  @SuppressWarnings("unused")
  private void heard(
      MemorySegment parameter,
      int severity,
      MemorySegment category,
      MemorySegment id,
      MemorySegment origin,
      MemorySegment message) {
    try {
      accept(LEVELS.get(Math.clamp(severity, 0, LEVELS.size() - 1)), OrtApi.string(message));
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.DEBUG, "ONNX Runtime's message cannot be read", e);
    }
  }

  private synchronized void accept(System.Logger.Level level, String message) {
    String line = line(message);
    if (captured != null) {
      captured.add(line);
    } else {
      LOG.log(level, line);
    }
  }

  /** The error itself, in one line. */
  static String line(String message) {
    return ORIGIN.matcher(message.replaceAll("\\s+", " ").strip()).replaceFirst("");
  }

  /** Keeps what is logged from now on, instead of logging it. */
  synchronized void capture() {
    captured = new ArrayList<>();
  }

  /** Ends {@link #capture} and returns what was kept. */
  synchronized List<String> release() {
    List<String> all = captured;
    captured = null;
    return all;
  }
}
