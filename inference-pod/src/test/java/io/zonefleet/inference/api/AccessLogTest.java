package io.zonefleet.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.inference.engine.EngineStoppedException;
import io.zonefleet.inference.engine.FinishReason;
import io.zonefleet.inference.engine.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is collected of a request, and the line that is made of it. */
class AccessLogTest {
  private final List<ServedRequest> served = new ArrayList<>();
  private final RequestRecord record =
      new RequestRecord("7", "POST", "/v1/chat/completions", Optional.empty(), served::add);

  private static Usage usage(int completion, int queued, int first) {
    return new Usage(
        12,
        4,
        completion,
        Duration.ofMillis(queued),
        Duration.ofMillis(first),
        Duration.ofMillis(90));
  }

  private static Ask ask(int choices) {
    Ask one = Ask.greedy("a prompt that is nobody's business", 30);
    return new Ask(
        one.prompt(),
        one.maxTokens(),
        one.strict(),
        one.sampling(),
        choices,
        one.logprobs(),
        one.stops(),
        one.stopTokens(),
        one.ignoreEnd(),
        one.shape());
  }

  private String line() {
    assertThat(served).hasSize(1);
    return AccessLog.line(served.getFirst()).replaceAll("total_ms=\\d+", "total_ms=N");
  }

  @Test
  void aRequestIsOneLine() {
    record.client("team-a");
    record.generates("tiny-r1", ask(1));
    record.ended(FinishReason.STOP, usage(30, 3, 20));
    assertThat(served).as("its last bytes are not out yet").isEmpty();
    record.answered(200);
    assertThat(line())
        .isEqualTo(
            "id=7 client=team-a method=POST path=/v1/chat/completions status=200 error=-"
                + " prompt_tokens=12 cached_tokens=4 completion_tokens=30 queue_ms=3 ttft_ms=20"
                + " total_ms=N finish=stop");
  }

  @Test
  void choicesAreOneLineTogether() {
    record.generates("tiny-r1", ask(3));
    record.ended(FinishReason.LENGTH, usage(30, 3, 20));
    record.ended(FinishReason.STOP, usage(5, 5, 25));
    record.ended(FinishReason.LENGTH, usage(30, 9, 40));
    record.answered(200);
    assertThat(line())
        .contains("prompt_tokens=12 cached_tokens=4 completion_tokens=65 queue_ms=3 ttft_ms=20")
        .endsWith("finish=length,stop");
  }

  @Test
  void aClientThatLeavesIsWrittenDownWhenTheEngineHasStopped() {
    record.generates("tiny-r1", ask(1));
    record.answered(ServedRequest.CLIENT_GONE);
    assertThat(served).isEmpty();
    record.ended(FinishReason.CANCELLED, usage(7, 0, 20));
    assertThat(line()).contains("status=499", "completion_tokens=7").endsWith("finish=abort");
  }

  @Test
  void whatTheEngineDidNotTakeIsWrittenDownToo() {
    record.generates("tiny-r1", ask(2));
    record.withdrawn();
    record.refused("queue_full");
    record.answered(429);
    record.answered(429);
    assertThat(line())
        .isEqualTo(
            "id=7 client=- method=POST path=/v1/chat/completions status=429 error=queue_full"
                + " prompt_tokens=- cached_tokens=- completion_tokens=- queue_ms=- ttft_ms=-"
                + " total_ms=N finish=-");
  }

  @Test
  void aFailureOfTheEngineIsAnError() {
    record.generates("tiny-r1", ask(1));
    record.refused(ApiException.ofFailure(new EngineStoppedException("x", null)).code());
    record.failed();
    record.answered(503);
    assertThat(line()).contains("status=503 error=engine_stopped").endsWith("finish=error");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a b",
        "a\nid=1 client=root",
        "a\r",
        "a\tb",
        "\u001b[31m",
        "a\u2028b",
        "ä",
        "a=b",
        "\"a\"",
        "%0a",
        "x${jndi:ldap://a}"
      })
  void anIdThatCouldForgeALineIsReplaced(String id) {
    assertThat(RequestJournal.id(id)).matches("[0-9a-f-]{36}").isNotEqualTo(id);
    Pattern field = Pattern.compile("[!-~&&[^\"=$%{}]]*");
    assertThat(RequestJournal.safe("/" + id)).matches(field);
  }

  @Test
  void idsOfOthersAreKeptWithinBounds() {
    assertThat(RequestJournal.id("req_8f2e:4/a.B+c@d")).isEqualTo("req_8f2e:4/a.B+c@d");
    assertThat(RequestJournal.id("x".repeat(128))).hasSize(128).startsWith("xx");
    assertThat(RequestJournal.id("x".repeat(129))).doesNotContain("x");
    assertThat(RequestJournal.id(null)).hasSize(36);
    assertThat(RequestJournal.safe("/" + "y".repeat(999))).hasSize(128);
  }
}
