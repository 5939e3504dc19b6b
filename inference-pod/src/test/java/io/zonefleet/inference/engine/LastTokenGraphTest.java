package io.zonefleet.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.zonefleet.inference.model.GraphLayout;
import io.zonefleet.inference.model.GraphOperators;
import io.zonefleet.inference.model.LastTokenGraph;
import io.zonefleet.inference.onnx.MlaGraph;
import io.zonefleet.inference.onnx.MlaWeights;
import io.zonefleet.inference.ort.OrtEnvironment;
import io.zonefleet.inference.ort.OrtSession;
import io.zonefleet.inference.ort.SessionOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Given a graph that is told to compute the last token's logits only, then these are the same. */
class LastTokenGraphTest {
  private static final int PROMPT = 37;
  private static final int STEPS = 8;

  @TempDir Path folder;

  /** The logits after a prompt in two runs, and after each of some steps in a batch. */
  private static float[][] logits(Path graph, Optional<byte[]> contents, boolean lastOnly) {
    try (OrtEnvironment environment = OrtEnvironment.open("");
        SessionOptions options = new SessionOptions(environment, 1);
        OrtSession session = OrtSession.load(environment, options, graph, contents)) {
      GraphLayout layout =
          GraphLayout.of(session.inputs(), session.outputs(), GraphOperators.of(graph));
      assertThat(layout.lastTokenOnly()).isEqualTo(lastOnly);
      try (BatchDecoder decoder =
          BatchDecoder.open(environment, session, layout, new CacheSize(3, 0, 128))) {
        return generate(decoder);
      }
    }
  }

  private static float[][] generate(BatchDecoder decoder) {
    int width = decoder.vocabularySize();
    int[] tokens = new Random(3).ints(PROMPT + STEPS, 0, 2000).toArray();
    float[][] all = new float[2 + STEPS][];
    float[][] rows = new float[3][width];
    int[] lengths = {PROMPT, PROMPT - 7, 20};
    decoder.append(1, tokens, 0, PROMPT - 7, rows[1]);
    decoder.append(2, tokens, 0, 20, rows[2]);
    decoder.append(0, tokens, 0, 20, rows[0]);
    all[0] = rows[0].clone();
    decoder.append(0, tokens, 20, PROMPT, rows[0]);
    all[1] = rows[0].clone();
    for (int step = 0; step < STEPS; step++) {
      int next = tokens[PROMPT + step];
      decoder.step(3, new int[] {next, next, next}, lengths, rows);
      all[2 + step] = rows[0].clone();
      Arrays.setAll(lengths, i -> lengths[i] + 1);
    }
    return all;
  }

  private static void sameLogits(Path graph) {
    Optional<byte[]> changed = LastTokenGraph.of(graph);
    assertThat(changed).isPresent();
    float[][] expected = logits(graph, Optional.empty(), false);
    float[][] got = logits(graph, changed, true);
    for (int i = 0; i < expected.length; i++) {
      for (int token = 0; token < expected[i].length; token++) {
        // a head of one row sums in another order than one of many
        assertThat(got[i][token]).isCloseTo(expected[i][token], within(1e-4f));
      }
    }
  }

  @Test
  void ofTheTinyModel() {
    sameLogits(TinyModel.FOLDER.graph());
  }

  @Test
  void ofAGraphWithLatentAttention() throws Exception {
    Path graph = folder.resolve("model.onnx");
    sameLogits(Files.write(graph, MlaGraph.of(new MlaWeights())));
  }

  /** ONNX Runtime says what is wrong with these. */
  @Test
  void whatIsNoGraphIsLeftAsItIs() throws Exception {
    byte[] half = Arrays.copyOf(Files.readAllBytes(TinyModel.FOLDER.graph()), 1 << 20);
    assertThat(LastTokenGraph.of(Files.write(folder.resolve("half.onnx"), half))).isEmpty();
    assertThat(LastTokenGraph.of(folder.resolve("missing.onnx"))).isEmpty();
    assertThat(LastTokenGraph.of(Files.writeString(folder.resolve("text.onnx"), "{}"))).isEmpty();
  }
}
