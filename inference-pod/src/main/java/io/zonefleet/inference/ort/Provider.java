package io.zonefleet.inference.ort;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Which execution provider a model asks for. */
public enum Provider {
  /** CUDA when it loads, else the CPU. */
  AUTO,
  CPU,
  CUDA;

  private static final String CUDA_PROVIDER = "CUDAExecutionProvider";

  /**
   * @throws IllegalArgumentException naming what is allowed
   */
  public static Provider parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "auto" -> AUTO;
      case "cpu" -> CPU;
      case "cuda" -> CUDA;
      default ->
          throw new IllegalArgumentException(
              "zonefleet.provider is '" + text + "'; allowed are Auto, CPU and CUDA");
    };
  }

  /** A graph on the device that was chosen for it. */
  public record Placed(OrtSession session, Device device) {}

  /**
   * Loads a graph on this provider.
   *
   * @param contents as of {@link OrtSession#load(OrtEnvironment, SessionOptions, Path, Optional)}
   * @param threads threads per operator on the CPU
   * @param log told once, in one line, why the CPU was taken by {@link #AUTO}
   * @throws OrtException when CUDA is demanded and cannot be had, or the graph cannot be loaded
   */
  public Placed load(
      OrtEnvironment environment,
      Path graph,
      Optional<byte[]> contents,
      int threads,
      Consumer<String> log) {
    return choose(
        environment.providers().contains(CUDA_PROVIDER),
        () -> onCuda(environment, graph, contents, threads),
        () -> onCpu(environment, graph, contents, threads),
        log);
  }

  /**
   * @param built whether this build of ONNX Runtime has the CUDA provider; its libraries may still
   *     be missing on the machine
   */
  <T> T choose(boolean built, Supplier<T> onCuda, Supplier<T> onCpu, Consumer<String> log) {
    if (this == CPU) {
      return onCpu.get();
    }
    String reason = "this build of ONNX Runtime has no CUDA provider (use the cuda image)";
    if (built) {
      try {
        return onCuda.get();
      } catch (OrtException e) {
        reason = "CUDA does not load: " + firstLine(e.getMessage());
      }
    }
    if (this == CUDA) {
      throw new OrtException(
          0, "provider CUDA was asked for, but " + reason + "; set provider to Auto or CPU");
    }
    log.accept("Provider Auto runs on the CPU: " + reason);
    return onCpu.get();
  }

  private static Placed onCpu(
      OrtEnvironment environment, Path graph, Optional<byte[]> contents, int threads) {
    try (SessionOptions options = new SessionOptions(environment, threads)) {
      return new Placed(OrtSession.load(environment, options, graph, contents), Device.CPU);
    }
  }

  /** Which library it lacks, ONNX Runtime returns (1.31), or only logs (1.29). */
  private static Placed onCuda(
      OrtEnvironment environment, Path graph, Optional<byte[]> contents, int threads) {
    environment.log().capture();
    try (SessionOptions options = new SessionOptions(environment, threads)) {
      options.useCuda();
      return new Placed(OrtSession.load(environment, options, graph, contents), Device.CUDA);
    } catch (OrtException e) {
      List<String> logged = environment.log().release();
      throw new OrtException(
          e.code(), logged.isEmpty() ? OrtLog.line(e.getMessage()) : logged.getLast());
    } finally {
      environment.log().release();
    }
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse(text);
  }
}
