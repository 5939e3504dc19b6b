package io.zonefleet.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Given prompts that begin alike, then they are computed once, and no answer changes by it. */
class PrefixCacheTest {
  private static final int CONTEXT = TinyModel.FOLDER.config().contextLength();
  private static final int[] TALE = TinyModel.TOKENIZER.encode("Tell me about Japan. ".repeat(80));

  private static BatchingEngine engine(int slots, int spare) {
    return new BatchingEngine(TinyModel.decoder(new CacheSize(slots, spare, CONTEXT)), 256, true);
  }

  private static GenerationRequest greedy(int[] prompt) {
    return new GenerationRequest(prompt, 12, Sampling.GREEDY, Set.of());
  }

  private static Heard.Result ask(Engine engine, GenerationRequest request) {
    Heard heard = new Heard();
    engine.submit(request, heard);
    return heard.await();
  }

  private static int cached(Engine engine, int[] prompt) {
    return ask(engine, greedy(prompt)).usage().cachedTokens();
  }

  /** The first {@code shared} tokens of the tale, and then tokens that depend on the number. */
  private static int[] prompt(int shared, int own, int number) {
    int[] prompt = Arrays.copyOf(TALE, shared + own);
    for (int i = 0; i < own; i++) {
      prompt[shared + i] = 256 + (number * 31 + i * 7) % 1500;
    }
    return prompt;
  }

  @Test
  void anEqualPromptIsComputedOnceExceptItsEnd() {
    int[] prompt = prompt(100, 20, 1);
    try (Engine engine = engine(2, 0)) {
      Heard.Result first = ask(engine, greedy(prompt));
      Heard.Result second = ask(engine, greedy(prompt));
      assertThat(first.usage().cachedTokens()).isZero();
      assertThat(second.usage().cachedTokens()).isEqualTo(118);
      assertThat(second.tokens()).isEqualTo(first.tokens());
    }
  }

  /** The template leaves the reasoning of earlier turns out, so a turn shares the prompt before. */
  @Test
  void theNextTurnOfAChatReusesTheLastOne() {
    int[] first = TinyModel.question("What is the capital of France? ".repeat(5));
    int[] next = Arrays.copyOf(first, first.length + 40);
    for (int i = -2; i < 40; i++) {
      next[first.length + i] = 300 + i;
    }
    try (Engine engine = engine(2, 0)) {
      ask(engine, greedy(first));
      assertThat(cached(engine, next)).isEqualTo(first.length - 2);
    }
  }

  @Test
  void beginningsThatAreShortAreNotWorthIt() {
    try (Engine engine = engine(2, 0)) {
      cached(engine, prompt(15, 40, 1));
      assertThat(cached(engine, prompt(15, 40, 2))).isZero();
    }
  }

  /** Several answers to one prompt come at once; the first computes it for all. */
  @Test
  void requestsThatComeTogetherShareTheirPrompt() {
    int[] prompt = prompt(400, 20, 1);
    try (Engine engine = engine(4, 0)) {
      List<Heard> heard = List.of(new Heard(), new Heard(), new Heard(), new Heard());
      engine.submit(heard.stream().map(each -> new Engine.Job(greedy(prompt), each)).toList());
      assertThat(heard.stream().map(each -> each.await().usage().cachedTokens()).toList())
          .containsExactly(0, 418, 418, 418);
      assertThat(heard.stream().map(each -> each.await().tokens()).distinct()).hasSize(1);
    }
  }

  /** Given room for three prompts, then the one that was unused for longest makes room. */
  @Test
  void whatWasUnusedForLongestIsGivenUp() {
    try (Engine engine = engine(1, 2)) {
      int[][] prompts = new int[4][];
      for (int i = 0; i < 4; i++) {
        prompts[i] = prompt(0, 60, i);
      }
      for (int i : new int[] {0, 1, 2}) {
        assertThat(cached(engine, prompts[i])).as("new: %d", i).isZero();
      }
      assertThat(cached(engine, prompts[0])).isEqualTo(58);
      assertThat(cached(engine, prompts[3])).as("takes the place of 1").isZero();
      for (int i : new int[] {2, 0, 3}) {
        assertThat(cached(engine, prompts[i])).as("kept: %d", i).isEqualTo(58);
      }
      assertThat(cached(engine, prompts[1])).as("given up: 1").isZero();
    }
  }

  @Test
  void whatIsSwitchedOffReusesNothing() {
    int[] prompt = prompt(100, 20, 1);
    try (Engine engine = new BatchingEngine(TinyModel.decoder(2), 8, false)) {
      cached(engine, prompt);
      assertThat(cached(engine, prompt)).isZero();
    }
  }

  /** A prompt whose run failed may have left anything in its slot. */
  @Test
  void whatAFailedRunLeftIsNotReused() {
    int[] prompt = prompt(300, 20, 1);
    CountDownLatch failures = new CountDownLatch(1);
    BatchDecoder faulty =
        new ForwardingDecoder(TinyModel.decoder(1)) {
          @Override
          public void append(int slot, int[] tokens, int from, int to, float[] logits) {
            if (to == prompt.length && failures.getCount() > 0) {
              failures.countDown();
              throw new IllegalStateException("broken run");
            }
            super.append(slot, tokens, from, to, logits);
          }
        };
    try (Engine engine = new BatchingEngine(faulty, 8, true)) {
      Heard failed = new Heard();
      engine.submit(greedy(prompt), failed);
      assertThat(failed.result()).failsWithin(java.time.Duration.ofSeconds(60));
      assertThat(cached(engine, prompt)).isZero();
    }
  }

  /** A load of prompts that begin alike in many ways, some cut off, in every kind of cache. */
  @Test
  void noAnswerChangesWhateverIsReused() {
    List<GenerationRequest> requests = requests();
    List<List<Integer>> expected = new ArrayList<>();
    try (Engine alone = new BatchingEngine(TinyModel.decoder(1), 8, false)) {
      requests.forEach(request -> expected.add(ask(alone, request).tokens()));
    }
    BatchDecoder fixed =
        new ForwardingDecoder(TinyModel.decoder(5)) {
          @Override
          public boolean movable() {
            return false;
          }
        };
    for (BatchDecoder decoder :
        List.of(
            TinyModel.decoder(1),
            TinyModel.decoder(new CacheSize(3, 1, CONTEXT)),
            TinyModel.decoder(new CacheSize(4, 6, CONTEXT)),
            fixed)) {
      try (Engine engine = new BatchingEngine(decoder, 256, true)) {
        List<Heard> heard = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
          Heard each = new Heard();
          heard.add(each);
          Generation generation = engine.submit(requests.get(i), each);
          if (i % 9 == 4) {
            generation.cancel();
          }
        }
        int reused = 0;
        for (int i = 0; i < requests.size(); i++) {
          Heard.Result result = heard.get(i).await();
          List<Integer> wanted = expected.get(i);
          assertThat(result.tokens())
              .as("request %d of %s", i, decoder.size())
              .isEqualTo(
                  result.reason() == FinishReason.CANCELLED
                      ? wanted.subList(0, result.tokens().size())
                      : wanted);
          reused += result.usage().cachedTokens();
        }
        assertThat(reused).as("tokens reused with %s", decoder.size()).isGreaterThan(1000);
      }
    }
  }

  private static List<GenerationRequest> requests() {
    Random random = new Random(7);
    List<GenerationRequest> requests = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      int[] prompt = prompt(random.nextInt(200), 1 + random.nextInt(150), random.nextInt(6));
      Sampling sampling =
          i % 2 == 0 ? Sampling.GREEDY : new Sampling(1.1, 0, 0.95, 0, random.nextLong());
      requests.add(new GenerationRequest(prompt, 1 + random.nextInt(24), sampling, Set.of()));
    }
    return requests;
  }
}
