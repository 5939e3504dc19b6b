package io.zonefleet.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Given answers under way, then a step leaves nothing for the garbage collector. */
class HotPathTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int SLOTS = 4;

  /**
   * Of the first sequence's tokens. All slots run in between, no mask gets wider, and no list of
   * tokens doubles.
   */
  private static final int FIRST = 540;

  private static final int LAST = 800;

  /** Reads the engine's counter when its n-th token comes, on the engine's thread. */
  private static final class Meter implements TokenListener {
    private final Heard heard = new Heard();
    private int tokens;
    private long atFirst;
    private long atLast;

    @Override
    public boolean token(int token) {
      tokens++;
      if (tokens == FIRST) {
        atFirst = THREADS.getCurrentThreadAllocatedBytes();
      } else if (tokens == LAST) {
        atLast = THREADS.getCurrentThreadAllocatedBytes();
      }
      return true;
    }

    @Override
    public void end(FinishReason reason, Usage usage) {
      heard.end(reason, usage);
    }

    @Override
    public void failed(RuntimeException cause) {
      heard.failed(cause);
    }
  }

  static List<Sampling> samplings() {
    return List.of(
        Sampling.GREEDY,
        new Sampling(1.0, 40, 0.95, 0.01, 7),
        new Sampling(
            1.0, 0, 1, 0, 7, new Sampling.Penalties(1.1, 0.2, 0.1), Map.of(300, 2f, 301, -2f)));
  }

  /** The JDK's sort takes room for a list of runs where numbers happen to come in order. */
  private static int sorting(Sampling sampling) {
    return sampling.temperature() == 0 ? 0 : SLOTS * 1024;
  }

  @ParameterizedTest
  @MethodSource("samplings")
  void aStepAllocatesNothing(Sampling sampling) {
    int[] prompt = TinyModel.question("Tell me about Japan.");
    try (Engine engine = new BatchingEngine(TinyModel.decoder(SLOTS), SLOTS, true)) {
      List<Meter> meters = IntStream.range(0, SLOTS).mapToObj(i -> new Meter()).toList();
      for (Meter meter : meters) {
        engine.submit(new GenerationRequest(prompt, LAST + SLOTS, sampling, Set.of()), meter);
      }
      meters.forEach(meter -> meter.heard.await());
      long bytes = meters.getFirst().atLast - meters.getFirst().atFirst;
      assertThat((double) bytes / (LAST - FIRST)).isLessThan(16 + sorting(sampling));
    }
  }
}
