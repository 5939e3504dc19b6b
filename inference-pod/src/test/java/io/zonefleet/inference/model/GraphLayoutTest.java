package io.zonefleet.inference.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonefleet.inference.onnx.MlaGraph;
import io.zonefleet.inference.onnx.MlaWeights;
import io.zonefleet.inference.ort.ElementType;
import io.zonefleet.inference.ort.TensorInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GraphLayoutTest {
  private static final Set<String> GQA = Set.of("MatMul", "com.microsoft:GroupQueryAttention");
  private static final Set<String> PLAIN = Set.of("MatMul", "Softmax", "Concat");

  @TempDir Path folder;

  private static TensorInfo info(String name, ElementType type, long... shape) {
    return new TensorInfo(name, type, Arrays.stream(shape).boxed().toList());
  }

  private static List<TensorInfo> inputs() {
    return new ArrayList<>(
        List.of(
            info("input_ids", ElementType.INT64, -1, -1),
            info("attention_mask", ElementType.INT64, -1, -1),
            info("past_key_values.0.key", ElementType.FLOAT, -1, 2, -1, 32),
            info("past_key_values.0.value", ElementType.FLOAT, -1, 2, -1, 32)));
  }

  private static List<TensorInfo> outputs() {
    return new ArrayList<>(
        List.of(
            info("logits", ElementType.FLOAT, -1, -1, 2048),
            info("present.0.key", ElementType.FLOAT, -1, 2, -1, 32),
            info("present.0.value", ElementType.FLOAT, -1, 2, -1, 32)));
  }

  @Test
  void theOperatorTellsHowTheCacheGrows() {
    GraphLayout inPlace = GraphLayout.of(inputs(), outputs(), GQA);
    assertThat(inPlace.kind()).isEqualTo(GraphLayout.Kind.IN_PLACE);
    assertThat(inPlace.cache())
        .contains(
            new CacheTensor(
                "past_key_values.0.value", "present.0.value", ElementType.FLOAT, 2, 32));
    assertThat(inPlace.vocabularySize()).isEqualTo(2048);
    assertThat(GraphLayout.of(inputs(), outputs(), PLAIN).kind())
        .isEqualTo(GraphLayout.Kind.CONCATENATED);
  }

  @Test
  void keysAndValuesMayDifferInPlainAttentionOnly() {
    List<TensorInfo> inputs = inputs();
    inputs.set(3, info("past_key_values.0.value", ElementType.FLOAT, -1, 2, -1, 48));
    assertThat(GraphLayout.of(inputs, outputs(), PLAIN).cache())
        .extracting(CacheTensor::size)
        .containsExactly(32, 48);
    assertThatThrownBy(() -> GraphLayout.of(inputs, outputs(), GQA))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("past_key_values.0.value differs in shape");
  }

  @Test
  void otherLayoutsAreRefusedWithWhatIsSupported() {
    List<TensorInfo> audio = inputs();
    audio.add(info("audio_features", ElementType.FLOAT, -1, -1));
    assertThatThrownBy(() -> GraphLayout.of(audio, outputs(), GQA))
        .hasMessageContaining("input audio_features")
        .hasMessageContaining("onnxruntime-genai")
        .hasMessageContaining("MLA");
    assertThatThrownBy(() -> GraphLayout.of(inputs().subList(0, 2), outputs(), GQA))
        .hasMessageContaining("no past_key_values");
    assertThatThrownBy(() -> GraphLayout.of(inputs(), outputs().subList(1, 3), GQA))
        .hasMessageContaining("no output logits");
    assertThatThrownBy(() -> GraphLayout.of(inputs(), outputs().subList(0, 2), GQA))
        .hasMessageContaining("no output present.0.value");
    assertThatThrownBy(
            () -> GraphLayout.of(inputs(), outputs(), Set.of("com.microsoft:MultiHeadAttention")))
        .hasMessageContaining("operator com.microsoft:MultiHeadAttention");
  }

  @Test
  void operatorsAreReadFromTheFile() throws IOException {
    Path tiny = Path.of(System.getProperty("zonefleet.model.dir"), "r1", "model.onnx");
    assertThat(GraphOperators.of(tiny)).contains("com.microsoft:GroupQueryAttention", "Gather");
    byte[] mla = MlaGraph.of(new MlaWeights());
    Path graph = Files.write(folder.resolve("mla.onnx"), mla);
    assertThat(GraphOperators.of(graph))
        .contains("Softmax", "TopK")
        .allMatch(op -> !op.contains(":"));
    Path half = Files.write(folder.resolve("half.onnx"), Arrays.copyOf(mla, mla.length / 2));
    assertThatThrownBy(() -> GraphOperators.of(half))
        .isInstanceOf(ModelLoadException.class)
        .hasMessageContaining("half.onnx", "incomplete");
  }
}
