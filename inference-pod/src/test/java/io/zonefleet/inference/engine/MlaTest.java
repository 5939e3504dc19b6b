package io.zonefleet.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.inference.model.CacheTensor;
import io.zonefleet.inference.model.GraphLayout;
import io.zonefleet.inference.model.GraphOperators;
import io.zonefleet.inference.onnx.MlaGraph;
import io.zonefleet.inference.onnx.MlaReference;
import io.zonefleet.inference.onnx.MlaWeights;
import io.zonefleet.inference.ort.OrtEnvironment;
import io.zonefleet.inference.ort.OrtSession;
import io.zonefleet.inference.ort.SessionOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Given a graph shaped as DeepSeek-V3: latent attention, mixture of experts, a cache that grows.
 */
class MlaTest {
  private static final MlaWeights WEIGHTS = new MlaWeights();
  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.open("");
  @TempDir static Path folder;
  private static OrtSession session;
  private static GraphLayout layout;

  @BeforeAll
  static void load() throws Exception {
    Path graph = Files.write(folder.resolve("model.onnx"), MlaGraph.of(WEIGHTS));
    try (SessionOptions options = new SessionOptions(ENVIRONMENT, 1)) {
      session = OrtSession.load(ENVIRONMENT, options, graph);
    }
    layout = GraphLayout.of(session.inputs(), session.outputs(), GraphOperators.of(graph));
  }

  @AfterAll
  static void close() {
    session.close();
    ENVIRONMENT.close();
  }

  private static BatchDecoder decoder(int slots) {
    return decoder(new CacheSize(slots, 0, 256));
  }

  private static BatchDecoder decoder(CacheSize size) {
    return BatchDecoder.open(ENVIRONMENT, session, layout, size);
  }

  private static int[] random(int length, int seed) {
    return new Random(seed).ints(length, 0, layout.vocabularySize()).toArray();
  }

  @Test
  void itsCacheIsSeenInTheGraph() {
    assertThat(layout.kind()).isEqualTo(GraphLayout.Kind.CONCATENATED);
    assertThat(layout.positionIds()).isTrue();
    assertThat(layout.cache()).hasSize(6);
    assertThat(layout.cache().stream().map(CacheTensor::size).distinct()).containsExactly(48, 32);
    try (BatchDecoder decoder = decoder(1)) {
      assertThat(decoder).isInstanceOf(ConcatenatingDecoder.class);
    }
  }

  /** In chunks, then token by token, beside rows of other lengths, and after a change of slots. */
  @Test
  void itComputesWhatTheFormulasSay() {
    int[] tokens = random(40, 1);
    double[][] expected = new MlaReference(WEIGHTS).logits(tokens);
    int[][] others = {random(60, 2), random(60, 3)};
    try (BatchDecoder decoder = decoder(4)) {
      float[][] logits = new float[4][decoder.vocabularySize()];
      decoder.append(0, others[0], 0, 50, logits[0]);
      decoder.append(1, others[1], 0, 3, logits[1]);
      decoder.append(3, tokens, 0, 9, logits[3]);
      assertClose(logits[3], expected[8]);
      decoder.append(3, tokens, 9, 25, logits[3]);
      assertClose(logits[3], expected[24]);
      decoder.swap(3, 2, 25);
      for (int i = 25; i < 40; i++) {
        int other = i - 25;
        int[] next = {others[0][50 + other % 10], others[1][3 + other], tokens[i]};
        decoder.step(3, next, new int[] {50, 3 + other, i}, logits);
        assertClose(logits[2], expected[i]);
      }
    }
  }

  private static void assertClose(float[] logits, double[] expected) {
    double worst = 0;
    for (int i = 0; i < expected.length; i++) {
      worst = Math.max(worst, Math.abs(logits[i] - expected[i]));
    }
    assertThat(worst).isLessThan(1e-4);
  }

  @Test
  void aBatchWritesWhatEachRequestWouldGetAlone() {
    List<List<Integer>> expected = new ArrayList<>();
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      requests.add(
          new GenerationRequest(
              random(5 + 13 * i, 10 + i), 10 + 5 * (i % 3), Sampling.GREEDY, Set.of()));
    }
    try (Engine alone = new BatchingEngine(decoder(1), 8, false)) {
      for (GenerationRequest request : requests) {
        Heard heard = new Heard();
        alone.submit(request, heard);
        expected.add(heard.await().tokens());
      }
    }
    try (Engine engine = new BatchingEngine(decoder(3), 8, true)) {
      List<Heard> heard = new ArrayList<>();
      for (GenerationRequest request : requests) {
        Heard each = new Heard();
        heard.add(each);
        engine.submit(request, each);
      }
      assertThat(heard.stream().map(each -> each.await().tokens()).toList()).isEqualTo(expected);
    }
  }

  /** Against runs over the whole sequence, nothing kept, which is the plainest loop there is. */
  @Test
  void reusedBeginningsChangeNoAnswer() {
    int[] tale = random(180, 99);
    List<GenerationRequest> requests = new ArrayList<>();
    List<List<Integer>> expected = new ArrayList<>();
    try (BatchDecoder plain = decoder(1)) {
      for (int i = 0; i < 60; i++) {
        int[] prompt = random(20 + i * 3, 200 + i % 7);
        System.arraycopy(tale, 0, prompt, 0, Math.min(prompt.length - 5, i * 37 % 180));
        requests.add(new GenerationRequest(prompt, 6, Sampling.GREEDY, Set.of()));
        expected.add(plainly(plain, prompt, 6));
      }
    }
    for (boolean prefixCache : new boolean[] {true, false}) {
      try (Engine engine = new BatchingEngine(decoder(new CacheSize(3, 3, 256)), 64, prefixCache)) {
        List<Heard> heard = new ArrayList<>();
        for (GenerationRequest request : requests) {
          Heard each = new Heard();
          heard.add(each);
          engine.submit(request, each);
        }
        assertThat(heard.stream().map(each -> each.await().tokens()).toList()).isEqualTo(expected);
        int reused = heard.stream().mapToInt(each -> each.await().usage().cachedTokens()).sum();
        assertThat(reused > 1000).as("%d tokens reused", reused).isEqualTo(prefixCache);
      }
    }
  }

  private static List<Integer> plainly(BatchDecoder decoder, int[] prompt, int count) {
    float[] logits = new float[decoder.vocabularySize()];
    Sampler sampler = new Sampler(Sampling.GREEDY, new Sampler.Scratch());
    int[] all = Arrays.copyOf(prompt, prompt.length + count);
    for (int n = prompt.length; n < all.length; n++) {
      decoder.append(0, all, 0, n, logits);
      all[n] = sampler.next(logits);
    }
    return Arrays.stream(all, prompt.length, all.length).boxed().toList();
  }
}
