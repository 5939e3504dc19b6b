package io.zonefleet.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import io.zonefleet.inference.model.GraphLayout;
import io.zonefleet.inference.model.GraphOperators;
import io.zonefleet.inference.model.LastTokenGraph;
import io.zonefleet.inference.ort.OrtEnvironment;
import io.zonefleet.inference.ort.OrtSession;
import io.zonefleet.inference.ort.Provider;
import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * On each provider, steps through a binding that is kept must see what changed in host memory. CUDA
 * is skipped where it does not load; {@code -Dzonefleet.ort.library} names a library that has it.
 */
class ProvidersTest {
  private static final int ROWS = 3;

  @ParameterizedTest
  @EnumSource(names = {"CPU", "CUDA"})
  void stepsComeToTheSameAsTheWholePrompt(Provider provider) {
    Path graph = TinyModel.FOLDER.graph();
    try (OrtEnvironment environment =
        OrtEnvironment.open(System.getProperty("zonefleet.ort.library", ""))) {
      assumeThatCode(() -> load(provider, environment, graph).close()).doesNotThrowAnyException();
      try (OrtSession session = load(provider, environment, graph)) {
        GraphLayout layout =
            GraphLayout.of(session.inputs(), session.outputs(), GraphOperators.of(graph));
        CacheSize size = new CacheSize(ROWS, 0, 128);
        try (BatchDecoder decoder = BatchDecoder.open(environment, session, layout, size)) {
          compare(decoder);
        }
      }
    }
  }

  private static OrtSession load(Provider provider, OrtEnvironment environment, Path graph) {
    return provider.load(environment, graph, LastTokenGraph.of(graph), 1, line -> {}).session();
  }

  private static void compare(BatchDecoder decoder) {
    int[] prompt = TinyModel.question("What is the capital of Japan?");
    float[][] rows = new float[ROWS][decoder.vocabularySize()];
    for (int row = 0; row < ROWS; row++) {
      decoder.append(row, prompt, 0, 2 + row, rows[row]);
    }
    int[] lengths = {2, 3, 4};
    while (lengths[0] < prompt.length) {
      int[] tokens =
          Arrays.stream(lengths).map(at -> prompt[Math.min(at, prompt.length - 1)]).toArray();
      decoder.step(ROWS, tokens, lengths, rows);
      for (int row = 0; row < ROWS; row++) {
        lengths[row]++;
      }
    }
    float[] whole = new float[decoder.vocabularySize()];
    decoder.append(1, prompt, 0, prompt.length, whole);
    assertThat(rows[0]).containsExactly(whole, Offset.offset(0.3f));
  }
}
