package io.zonefleet.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class BatchingEngineTest {
  // Questions whose answers the model is sure of, by one in a logit at least. The 8-bit kernels
  // round
  // otherwise for other batch shapes, by up to 0.2, and may so turn a tie of two tokens.
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
    try (Engine engine = new BatchingEngine(TinyModel.decoder(4), 64)) {
      List<Heard> heard = new ArrayList<>();
      for (String question : QUESTIONS) {
        Heard each = new Heard();
        heard.add(each);
        engine.submit(greedy(TinyModel.question(question), 48), each);
      }
      assertThat(heard.stream().map(each -> each.await().tokens()).toList()).isEqualTo(expected);
    }
  }

  @Test
  void aLongPromptInChunksGivesWhatTokenByTokenGives() {
    int[] prompt = Arrays.copyOf(TinyModel.question("Tell me about Japan. ".repeat(60)), 600);
    try (InPlaceDecoder decoder = TinyModel.decoder(2);
        Engine engine = new BatchingEngine(TinyModel.decoder(2), 4)) {
      assertThat(prompt.length).isGreaterThan(2 * decoder.chunkTokens());
      float[] logits = new float[decoder.vocabularySize()];
      for (int i = 0; i < prompt.length; i++) {
        decoder.append(1, prompt, i, i + 1, logits);
      }
      Heard heard = new Heard();
      engine.submit(new GenerationRequest(prompt, 1, Sampling.GREEDY, Set.of()), heard);
      assertThat(heard.await().tokens()).containsExactly(new Sampler(Sampling.GREEDY).next(logits));
    }
  }

  @Test
  void aSeedGivesTheSameAnswerAloneAndInABatch() {
    Sampling sampling = new Sampling(1.2, 50, 0.95, 0, 42);
    int[] prompt = TinyModel.question("Tell me about Japan.");
    GenerationRequest request = new GenerationRequest(prompt, 40, sampling, Set.of());
    try (Engine engine = new BatchingEngine(TinyModel.decoder(4), 64)) {
      Heard alone = new Heard();
      engine.submit(request, alone);
      List<Integer> expected = alone.await().tokens();
      for (String question : QUESTIONS) {
        engine.submit(greedy(TinyModel.question(question), 30), new Heard());
      }
      Heard crowded = new Heard();
      engine.submit(request, crowded);
      assertThat(crowded.await().tokens()).isEqualTo(expected);
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
    try (Engine engine = new BatchingEngine(TinyModel.decoder(2), 4)) {
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
    try (Engine engine = new BatchingEngine(TinyModel.decoder(2), 64)) {
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
    try (Engine healthy = new BatchingEngine(TinyModel.decoder(3), 8);
        Engine faulty =
            new BatchingEngine(new FaultyDecoder(TinyModel.decoder(3), bad.length + 5), 8)) {
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

  @Test
  void aFullQueueRefusesAndSaysSo() {
    CountDownLatch gate = new CountDownLatch(1);
    int[] prompt = TinyModel.question("Hello!");
    BatchDecoder gated =
        new ForwardingDecoder(TinyModel.decoder(1)) {
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
    try (Engine engine = new BatchingEngine(gated, 2)) {
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
    try (Engine engine = new BatchingEngine(TinyModel.decoder(1, 64), 2)) {
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
    try (Engine engine = new BatchingEngine(broken, 8)) {
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
    Engine engine = new BatchingEngine(TinyModel.decoder(1), 8);
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
