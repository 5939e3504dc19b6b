package io.zonefleet.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

class BatchingEngineTest {
  // Questions whose answers the model is sure of, by one in a logit at least: whole-sequence runs
  // round otherwise than steps of one token, by up to 0.2, and may so turn a tie of two tokens.
  private static final List<String> QUESTIONS =
      List.of(
          "What is the capital of France?",
          "Hello!",
          "What can you do?",
          "What is the currency of Germany?",
          "你是谁?",
          "Tell me the capital of Saint Vincent and the Grenadines.",
          "What is the capital of Kenya?",
          "Thank you",
          "世界上最高的山是什么？",
          "What is the currency of Japan?",
          "阿根廷的首都是哪里？");

  private static GenerationRequest greedy(int[] prompt, int maxTokens) {
    return new GenerationRequest(
        prompt, maxTokens, Sampling.GREEDY, TinyModel.FOLDER.config().endTokens());
  }

  private static List<Integer> withoutEnd(List<Integer> tokens) {
    return tokens.stream()
        .filter(token -> !TinyModel.FOLDER.config().endTokens().contains(token))
        .toList();
  }

  /** Sequences of many lengths join and leave the batch; none may notice the others. */
  @Test
  void aFullBatchWritesWhatEachRequestWouldGetAlone() {
    List<List<Integer>> expected = new ArrayList<>();
    try (InPlaceDecoder alone = TinyModel.decoder(1)) {
      for (String question : QUESTIONS) {
        expected.add(
            withoutEnd(TinyModel.wholeSequenceRuns(alone, TinyModel.question(question), 48)));
      }
    }
    try (Engine engine = new BatchingEngine(TinyModel.decoder(4), 64, true)) {
      List<Heard> heard = new ArrayList<>();
      for (String question : QUESTIONS) {
        Heard each = new Heard();
        heard.add(each);
        engine.submit(greedy(TinyModel.question(question), 48), each);
      }
      assertThat(heard.stream().map(each -> each.await().tokens()).toList()).isEqualTo(expected);
    }
  }

  /** Given an answer whose tokens come fast, then others are not woken for each of them. */
  @Test
  void tokensOfShortRunsAreCarriedOnTogether() {
    Heard heard = new Heard();
    List<Integer> carried = Collections.synchronizedList(new ArrayList<>());
    long start = System.nanoTime();
    try (Engine engine =
        new BatchingEngine(TinyModel.decoder(2), 4, true, () -> carried.add(heard.count()))) {
      int[] prompt = TinyModel.question("Hello");
      engine.submit(new GenerationRequest(prompt, 400, Sampling.GREEDY, Set.of()), heard);
      await(() -> carried.contains(400));
    }
    long intervals = (System.nanoTime() - start) / Delivery.INTERVAL_NANOS;
    assertThat(carried).as("the first token goes at once").contains(1);
    assertThat(new TreeSet<>(carried).size()).isLessThanOrEqualTo((int) intervals + 3);
  }

  /** A prompt's run may be long: tokens of other answers must not wait for its end. */
  @Test
  void whatWasHeardIsCarriedOnBeforeAPromptRuns() {
    Heard first = new Heard();
    Heard second = new Heard();
    AtomicInteger carried = new AtomicInteger();
    List<Integer> kept = new ArrayList<>();
    IntSupplier heard = () -> first.count() + second.count();
    BatchDecoder decoder =
        new ForwardingDecoder(TinyModel.decoder(2)) {
          @Override
          public void append(int slot, int[] tokens, int from, int to, float[] logits) {
            kept.add(heard.getAsInt() - carried.get());
            super.append(slot, tokens, from, to, logits);
          }
        };
    try (Engine engine =
        new BatchingEngine(decoder, 4, true, () -> carried.set(heard.getAsInt()))) {
      int[] prompt = TinyModel.question("Hello");
      engine.submit(new GenerationRequest(prompt, 400, Sampling.GREEDY, Set.of()), first);
      first.awaitFirst();
      engine.submit(new GenerationRequest(prompt, 2, Sampling.GREEDY, Set.of()), second);
      second.await();
      engine.submit(new GenerationRequest(prompt, 3, Sampling.GREEDY, Set.of()), new Heard());
      first.await();
    }
    assertThat(kept).hasSize(3).containsOnly(0);
  }

  @Test
  void aLongPromptInChunksGivesWhatTokenByTokenGives() {
    int[] prompt = Arrays.copyOf(TinyModel.question("Tell me about Japan. ".repeat(60)), 600);
    try (InPlaceDecoder decoder = TinyModel.decoder(2);
        Engine engine = new BatchingEngine(TinyModel.decoder(2), 4, true)) {
      assertThat(prompt.length).isGreaterThan(2 * decoder.chunkTokens());
      float[] logits = new float[decoder.vocabularySize()];
      for (int i = 0; i < prompt.length; i++) {
        decoder.append(1, prompt, i, i + 1, logits);
      }
      Heard heard = new Heard();
      engine.submit(new GenerationRequest(prompt, 1, Sampling.GREEDY, Set.of()), heard);
      assertThat(heard.await().tokens())
          .containsExactly(new Sampler(Sampling.GREEDY, new Sampler.Scratch()).next(logits));
    }
  }

  /**
   * Hot answers, where the smallest difference in a logit would show, among others of any length.
   */
  @Test
  void aSeedGivesTheSameAnswerAloneAndInABatch() {
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Sampling sampling =
          new Sampling(
              1.2,
              i % 3 * 40,
              0.95,
              i % 2 * 0.01,
              i,
              new Sampling.Penalties(1.1, 0.2, i % 4 * 0.1),
              Map.of(300 + i, 2f));
      String question = QUESTIONS.get(i % QUESTIONS.size()).repeat(1 + i % 5 * 8);
      requests.add(new GenerationRequest(TinyModel.question(question), 30 + i, sampling, Set.of()));
    }
    List<List<Integer>> expected = new ArrayList<>();
    try (Engine engine = new BatchingEngine(TinyModel.decoder(1), 4, false)) {
      for (GenerationRequest request : requests) {
        Heard alone = new Heard();
        engine.submit(request, alone);
        expected.add(alone.await().tokens());
      }
    }
    try (Engine engine = new BatchingEngine(TinyModel.decoder(5), 64, true)) {
      List<Heard> crowded = new ArrayList<>();
      for (GenerationRequest request : requests) {
        Heard heard = new Heard();
        crowded.add(heard);
        engine.submit(request, heard);
      }
      assertThat(crowded.stream().map(each -> each.await().tokens()).toList()).isEqualTo(expected);
    }
  }

  /** Given a constraint that allows even tokens only, then only a request that has it obeys it. */
  @Test
  void aConstraintBindsItsOwnRequestOnly() {
    int[] prompt = TinyModel.question("Tell me about Japan.");
    List<Integer> accepted = new ArrayList<>();
    TokenConstraint even =
        new TokenConstraint() {
          @Override
          public void mask(float[] logits) {
            for (int token = 1; token < logits.length; token += 2) {
              logits[token] = Float.NEGATIVE_INFINITY;
            }
          }

          @Override
          public void accept(int token) {
            accepted.add(token);
          }
        };
    try (Engine engine = new BatchingEngine(TinyModel.decoder(2), 4, true)) {
      Heard alone = new Heard();
      engine.submit(greedy(prompt, 20), alone);
      List<Integer> free = alone.await().tokens();
      Heard bound = new Heard();
      Heard beside = new Heard();
      engine.submit(
          new GenerationRequest(prompt, 20, Sampling.GREEDY, Set.of()).constrained(even), bound);
      engine.submit(greedy(prompt, 20), beside);
      assertThat(bound.await().tokens()).hasSize(20).isEqualTo(accepted);
      assertThat(accepted).allMatch(token -> token % 2 == 0);
      assertThat(beside.await().tokens()).isEqualTo(free);
      assertThat(free).anyMatch(token -> token % 2 == 1);
    }
  }

  @Test
  void cancellingFreesTheSlotAndLeavesOthersAlone() throws Exception {
    int[] prompt = TinyModel.question("What is the capital of France?");
    try (Engine engine = new BatchingEngine(TinyModel.decoder(2), 64, true)) {
      Heard reference = new Heard();
      engine.submit(greedy(prompt, 40), reference);
      Heard cancelled = new Heard();
      Generation generation =
          engine.submit(
              new GenerationRequest(prompt, 900, new Sampling(1, 0, 1, 0, 1), Set.of()), cancelled);
      Heard queued = new Heard();
      Heard behind = new Heard();
      engine.submit(greedy(prompt, 40), queued);
      cancelled.awaitFirst();
      generation.cancel();
      engine.submit(greedy(prompt, 40), behind);
      assertThat(cancelled.await().reason()).isEqualTo(FinishReason.CANCELLED);
      assertThat(cancelled.await().tokens()).hasSizeLessThan(900);
      List<Integer> expected = reference.await().tokens();
      assertThat(queued.await().tokens()).isEqualTo(expected);
      assertThat(behind.await().tokens()).isEqualTo(expected);
      assertThat(engine.awaitIdle(Duration.ofSeconds(10))).isTrue();
      assertThat(engine.load().idle()).isTrue();
    }
  }

  @Test
  void aFailureEndsOnlyTheRequestThatCausedIt() {
    int[] good = TinyModel.question("What is the capital of France?");
    int[] bad = TinyModel.question("Hello!");
    try (Engine healthy = new BatchingEngine(TinyModel.decoder(3), 8, true);
        Engine faulty =
            new BatchingEngine(new FaultyDecoder(TinyModel.decoder(3), bad.length + 5), 8, true)) {
      Heard expected = new Heard();
      healthy.submit(greedy(good, 30), expected);
      Heard first = new Heard();
      Heard failing = new Heard();
      Heard second = new Heard();
      faulty.submit(greedy(good, 30), first);
      faulty.submit(new GenerationRequest(bad, 30, Sampling.GREEDY, Set.of()), failing);
      faulty.submit(greedy(good, 30), second);
      assertThatThrownBy(failing::await)
          .isInstanceOf(CompletionException.class)
          .hasMessageContaining("broken row");
      assertThat(first.await().tokens()).isEqualTo(expected.await().tokens());
      assertThat(second.await().tokens()).isEqualTo(expected.await().tokens());
    }
  }

  /** Fails every run in which the sequence that began with "Hello!" has reached a length. */
  private static final class FaultyDecoder extends ForwardingDecoder {
    private final int[] bad = TinyModel.question("Hello!");
    private final int at;

    FaultyDecoder(BatchDecoder decoder, int at) {
      super(decoder);
      this.at = at;
    }

    @Override
    public void append(int slot, int[] tokens, int from, int to, float[] logits) {
      if (to > at && Arrays.mismatch(bad, tokens) == bad.length) {
        throw new IllegalStateException("broken row");
      }
      super.append(slot, tokens, from, to, logits);
    }

    @Override
    public void step(int n, int[] tokens, int[] lengths, float[][] logits) {
      for (int i = 0; i < n; i++) {
        if (lengths[i] == at) {
          throw new IllegalStateException("broken batch");
        }
      }
      super.step(n, tokens, lengths, logits);
    }
  }

  /** One slot, whose prompts are not appended before the gate opens. */
  private static BatchDecoder gated(CountDownLatch gate) {
    return new ForwardingDecoder(TinyModel.decoder(1)) {
      @Override
      public void append(int slot, int[] tokens, int from, int to, float[] logits) {
        try {
          gate.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        super.append(slot, tokens, from, to, logits);
      }
    };
  }

  private static void await(BooleanSupplier condition) {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("deadline of a condition").isLessThan(end);
      LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
    }
  }

  /** Given a run that hangs, then the engine says for how long, and recovers with the run. */
  @Test
  void anEngineThatHangsSaysForHowLong() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    int[] prompt = TinyModel.question("Hello!");
    try (Engine engine = new BatchingEngine(gated(gate), 2, true)) {
      assertThat(engine.load().stalled()).isZero();
      Heard first = new Heard();
      engine.submit(greedy(prompt, 3), first);
      await(() -> engine.load().stalled().toMillis() > 30);
      engine.submit(greedy(prompt, 3), new Heard());
      assertThat(engine.load().stalled().toMillis())
          .as("new work is no progress")
          .isGreaterThan(30);
      gate.countDown();
      first.await();
      assertThat(engine.awaitIdle(Duration.ofSeconds(30))).isTrue();
      assertThat(engine.load().stalled()).isZero();
    }
  }

  @Test
  void whoWaitsTooLongIsToldAndLeavesThePlaceToOthers() throws Exception {
    CountDownLatch gate = new CountDownLatch(1);
    int[] prompt = TinyModel.question("Hello!");
    try (Engine engine = new BatchingEngine(gated(gate), 2, true)) {
      Heard runs = new Heard();
      Heard hasty = new Heard();
      Heard patient = new Heard();
      Optional<Duration> none = Optional.of(Duration.ZERO);
      engine.submit(greedy(prompt, 3).from("a", none), runs);
      await(() -> engine.load().running() == 1);
      engine.submit(greedy(prompt, 3).from("a", none), hasty);
      engine.submit(greedy(prompt, 3).from("a", Optional.empty()), patient);
      gate.countDown();
      assertThatThrownBy(hasty::await)
          .hasCauseInstanceOf(WaitedTooLongException.class)
          .hasMessageContaining("no slot became free within");
      assertThat(runs.await().tokens()).isNotEmpty();
      assertThat(patient.await().tokens()).isNotEmpty();
      assertThat(engine.awaitIdle(Duration.ofSeconds(30))).isTrue();
    }
  }

  @Test
  void aFullQueueRefusesAndSaysSo() {
    CountDownLatch gate = new CountDownLatch(1);
    int[] prompt = TinyModel.question("Hello!");
    try (Engine engine = new BatchingEngine(gated(gate), 2, true)) {
      List<Heard> accepted = List.of(new Heard(), new Heard(), new Heard());
      accepted.forEach(heard -> engine.submit(greedy(prompt, 3), heard));
      assertThatThrownBy(() -> engine.submit(greedy(prompt, 3), new Heard()))
          .isInstanceOf(QueueFullException.class)
          .hasMessageContaining("2 requests wait");
      gate.countDown();
      accepted.forEach(heard -> assertThat(heard.await().tokens()).isNotEmpty());
    }
  }

  @Test
  void anAnswerEndsWhereTheContextEnds() {
    int[] prompt = TinyModel.question("Tell me about Japan.");
    try (Engine engine = new BatchingEngine(TinyModel.decoder(1, 64), 2, true)) {
      Heard heard = new Heard();
      engine.submit(new GenerationRequest(prompt, 500, Sampling.GREEDY, Set.of()), heard);
      assertThat(heard.await().reason()).isEqualTo(FinishReason.LENGTH);
      assertThat(heard.await().tokens()).hasSize(64 - prompt.length);
      assertThatThrownBy(() -> engine.submit(greedy(new int[64], 1), new Heard()))
          .isInstanceOf(ContextLengthException.class)
          .hasMessageContaining("64 tokens");
    }
  }

  @Test
  void anEngineWhoseThreadDiesSaysSoAndRefuses() throws Exception {
    int[] prompt = TinyModel.question("Hello!");
    BatchDecoder broken =
        new ForwardingDecoder(TinyModel.decoder(2)) {
          @Override
          public void step(int n, int[] tokens, int[] lengths, float[][] logits) {
            throw new UnsatisfiedLinkError("the library is gone");
          }
        };
    try (Engine engine = new BatchingEngine(broken, 8, true)) {
      Heard running = new Heard();
      engine.submit(greedy(prompt, 30), running);
      assertThatThrownBy(running::await)
          .hasRootCauseInstanceOf(UnsatisfiedLinkError.class)
          .hasMessageContaining("the engine has failed");
      assertThat(engine.failure()).containsInstanceOf(UnsatisfiedLinkError.class);
      assertThatThrownBy(() -> engine.submit(greedy(prompt, 1), new Heard()))
          .isInstanceOf(EngineStoppedException.class)
          .hasMessageContaining("the library is gone");
      assertThat(engine.awaitIdle(Duration.ofSeconds(10))).isTrue();
    }
  }

  @Test
  void closingTellsEveryoneWhoStillWaits() {
    int[] prompt = TinyModel.question("Tell me about Japan.");
    Engine engine = new BatchingEngine(TinyModel.decoder(1), 8, true);
    List<Heard> all = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Heard heard = new Heard();
      all.add(heard);
      engine.submit(
          new GenerationRequest(prompt, 900, new Sampling(1, 0, 1, 0, i), Set.of()), heard);
    }
    engine.close();
    assertThat(all).allSatisfy(heard -> assertThat(heard.result()).isDone());
    assertThatThrownBy(() -> engine.submit(greedy(prompt, 1), new Heard()))
        .isInstanceOf(EngineStoppedException.class);
    assertThat(engine.failure()).isEmpty();
  }
}
