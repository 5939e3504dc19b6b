package io.zonefleet.inference.ort;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrtTest {
  private static final Path GRAPH =
      Path.of(System.getProperty("zonefleet.model.dir"), "r1", "model.onnx");
  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.open("");

  @TempDir Path folder;

  @AfterAll
  static void close() {
    ENVIRONMENT.close();
  }

  private static OrtSession session(Path graph) {
    try (SessionOptions options = new SessionOptions(ENVIRONMENT, 1)) {
      return OrtSession.load(ENVIRONMENT, options, graph);
    }
  }

  @Test
  void describesAGraph() {
    try (OrtSession session = session(GRAPH)) {
      assertThat(session.inputs())
          .contains(new TensorInfo("input_ids", ElementType.INT64, List.of(-1L, -1L)))
          .contains(
              new TensorInfo(
                  "past_key_values.0.key", ElementType.FLOAT, List.of(-1L, 2L, -1L, 32L)));
      assertThat(session.outputs().getFirst().name()).isEqualTo("logits");
      assertThat(session.inputs())
          .allMatch(input -> session.inputDevice(input.name()) == Device.CPU);
    }
  }

  @Test
  void saysWhatIsWrongWithAGraph() throws IOException {
    assertThatThrownBy(() -> session(folder.resolve("none.onnx")))
        .isInstanceOf(OrtException.class)
        .hasMessageContaining("none.onnx");
    Path corrupt = folder.resolve("corrupt.onnx");
    byte[] bytes = Files.readAllBytes(GRAPH);
    Files.write(corrupt, java.util.Arrays.copyOf(bytes, bytes.length / 2));
    assertThatThrownBy(() -> session(corrupt)).isInstanceOf(OrtException.class);
  }

  @Test
  void aFreedHandleFailsInsteadOfCrashing() {
    OrtSession session = session(GRAPH);
    Slab slab = Slab.allocate(session, Device.CPU, 64);
    slab.close();
    slab.close();
    assertThatThrownBy(slab::memory)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed already");
    session.close();
    assertThatThrownBy(() -> Slab.allocate(session, Device.CPU, 64))
        .hasMessageContaining("session was closed");
  }

  @Test
  void aViewMustStayInsideItsSlab() {
    try (OrtSession session = session(GRAPH);
        Slab slab = Slab.allocate(session, Device.CPU, 64)) {
      slab.view(56, ElementType.INT64, 1).close();
      assertThatThrownBy(() -> slab.view(57, ElementType.INT64, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> slab.view(-1, ElementType.INT64, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> slab.view(0, ElementType.INT64, Long.MAX_VALUE))
          .isInstanceOf(ArithmeticException.class);
    }
  }

  /**
   * Binds one token and an empty cache; {@code terminate} must end the run, {@code reset} allow it.
   */
  @Test
  void aRunCanBeTerminated() {
    try (OrtSession session = session(GRAPH);
        RunOptions options = new RunOptions(ENVIRONMENT);
        Slab slab = Slab.allocate(session, Device.CPU, 1 << 20);
        IoBinding binding = new IoBinding(session)) {
      slab.memory().setAtIndex(JAVA_LONG, 0, 5);
      slab.memory().setAtIndex(JAVA_LONG, 1, 1);
      List<OrtTensor> tensors = new ArrayList<>();
      long offset = 4096;
      for (TensorInfo input : session.inputs()) {
        if (input.shape().size() == 4) {
          OrtTensor cache = slab.view(offset, input.type(), 1, input.dim(1), 16, input.dim(3));
          offset += 4 * input.dim(1) * 16 * input.dim(3);
          tensors.add(cache);
          binding.input(input.name(), cache);
          binding.output(input.name().replace("past_key_values", "present"), cache);
        } else {
          OrtTensor row =
              slab.view(input.name().equals("input_ids") ? 0 : 8, ElementType.INT64, 1, 1);
          tensors.add(row);
          binding.input(input.name(), row);
        }
      }
      OrtTensor logits =
          slab.view(512 << 10, ElementType.FLOAT, 1, 1, session.outputs().getFirst().dim(2));
      tensors.add(logits);
      binding.output("logits", logits);
      options.terminate();
      assertThatThrownBy(() -> binding.run(options))
          .isInstanceOf(OrtException.class)
          .hasMessageContaining("terminate");
      options.reset();
      binding.run(options);
      tensors.forEach(OrtTensor::close);
    }
  }

  @Test
  void autoTakesTheCpuAndSaysWhyOnce() {
    List<String> log = new ArrayList<>();
    Provider.Placed placed = Provider.AUTO.load(ENVIRONMENT, GRAPH, Optional.empty(), 1, log::add);
    placed.session().close();
    if (placed.device() == Device.CPU) {
      assertThat(log).singleElement().asString().startsWith("Provider Auto runs on the CPU: ");
    } else {
      assertThat(log).isEmpty();
    }
  }

  @Test
  void cudaThatCannotBeHadIsRefused() {
    if (ENVIRONMENT.providers().contains("CUDAExecutionProvider")) {
      return;
    }
    assertThatThrownBy(
            () -> Provider.CUDA.load(ENVIRONMENT, GRAPH, Optional.empty(), 1, line -> {}))
        .hasMessageContaining("CUDA was asked for")
        .hasMessageContaining("cuda image");
  }

  @Test
  void anUnknownProviderOrLibraryIsRefusedByName() {
    assertThatThrownBy(() -> Provider.parse("TPU"))
        .hasMessageContaining("'TPU'")
        .hasMessageContaining("Auto, CPU and CUDA");
    assertThatThrownBy(() -> OrtEnvironment.open("/nowhere/libonnxruntime.so"))
        .hasMessageContaining("/nowhere/libonnxruntime.so");
  }
}
