package io.zonefleet.inference.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Which device is taken, by what was asked for, what is built in and what loads. */
class ProviderTest {
  private static final Supplier<Device> CPU = () -> Device.CPU;
  private static final Supplier<Device> CUDA = () -> Device.CUDA;
  private static final Supplier<Device> WITHOUT_DRIVER =
      () -> {
        throw new OrtException(
            1, "libcudnn.so.9: cannot open shared object file\n in TryGetProviderInfo_CUDA");
      };

  private final List<String> log = new ArrayList<>();

  @Test
  void autoTakesCudaWhenItLoads() {
    assertThat(Provider.AUTO.choose(true, CUDA, CPU, log::add)).isEqualTo(Device.CUDA);
    assertThat(log).isEmpty();
  }

  @Test
  void autoFallsBackWithOneLineThatSaysWhatIsMissing() {
    assertThat(Provider.AUTO.choose(true, WITHOUT_DRIVER, CPU, log::add)).isEqualTo(Device.CPU);
    assertThat(log)
        .containsExactly(
            "Provider Auto runs on the CPU: CUDA does not load: libcudnn.so.9: cannot open shared"
                + " object file");
  }

  @Test
  void ofOnnxRuntimesLogOnlyTheErrorItselfIsKept() {
    assertThat(
            OrtLog.line(
                "/src/provider_bridge_ort.cc:1988 onnxruntime::Provider& Get() [ONNXRuntimeError]"
                    + " : 1 : FAIL : Failed to load library libonnxruntime_providers_cuda.so with"
                    + " error: libcublasLt.so.12: cannot open shared object file\n"))
        .isEqualTo(
            "Failed to load library libonnxruntime_providers_cuda.so with error:"
                + " libcublasLt.so.12: cannot open shared object file");
  }

  @Test
  void autoFallsBackWhenCudaIsNotBuiltIn() {
    assertThat(Provider.AUTO.choose(false, CUDA, CPU, log::add)).isEqualTo(Device.CPU);
    assertThat(log).singleElement().asString().contains("use the cuda image");
  }

  @Test
  void cudaIsNeverReplacedInSilence() {
    assertThatThrownBy(() -> Provider.CUDA.choose(true, WITHOUT_DRIVER, CPU, log::add))
        .isInstanceOf(OrtException.class)
        .hasMessageContaining("libcudnn.so.9")
        .hasMessageContaining("set provider to Auto or CPU");
    assertThat(log).isEmpty();
  }

  @Test
  void cpuDoesNotEvenTryCuda() {
    assertThat(Provider.CPU.choose(true, WITHOUT_DRIVER, CPU, log::add)).isEqualTo(Device.CPU);
    assertThat(log).isEmpty();
  }
}
