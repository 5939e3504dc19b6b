package io.zonefleet.e2e.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Given a server that answers, hangs or breaks off, then the sample says which. */
class PostTest {

  private static final Duration PATIENCE = Duration.ofMillis(500);
  private static final String EVENTS =
      "HTTP/1.1 200 OK\r\nx-zonefleet-zone: a\r\nx-envoy-attempt-count: 2\r\ntransfer-encoding: chunked\r\n\r\n"
          + "c\r\ndata: {...}\n\r\n";

  @Test
  void aWholeAnswerIsRead() throws Exception {
    var sample =
        ask(false, "HTTP/1.1 200 OK\r\nx-zonefleet-zone: b\r\ncontent-length: 2\r\n\r\n{}", false);

    assertThat(sample.ok()).isTrue();
    assertThat(sample.begun()).isTrue();
    assertThat(sample.zone()).isEqualTo("b");
    assertThat(sample.attempts()).isEqualTo(1);
  }

  @Test
  void aRefusalIsAFailureWithoutAnAnswer() throws Exception {
    var sample = ask(false, "HTTP/1.1 503 no\r\ncontent-length: 0\r\n\r\n", false);

    assertThat(sample.failure()).isEqualTo("HTTP 503");
    assertThat(sample.begun()).isFalse();
  }

  @Test
  void aStreamIsCompleteWithItsLastEvent() throws Exception {
    var sample = ask(true, EVENTS + "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n", false);

    assertThat(sample.ok()).isTrue();
    assertThat(sample.attempts()).isEqualTo(2);
  }

  @Test
  void aStreamThatEndsEarlyIsBroken() throws Exception {
    var sample = ask(true, EVENTS, false);

    assertThat(sample.failed()).isTrue();
    assertThat(sample.begun()).isTrue();
  }

  @Test
  void aStreamThatFallsSilentIsBrokenWhenPatienceEnds() throws Exception {
    var sample = ask(true, EVENTS, true);

    assertThat(sample.failure()).startsWith("SocketTimeoutException");
    assertThat(sample.begun()).isTrue();
    assertThat(sample.millis()).isGreaterThanOrEqualTo(PATIENCE.toMillis());
  }

  @Test
  void aServerThatSaysNothingHasGivenNoByte() throws Exception {
    var sample = ask(false, "", true);

    assertThat(sample.failed()).isTrue();
    assertThat(sample.begun()).isFalse();
  }

  /** What a client sees of a server that writes this, and hangs or closes then. */
  private static Sample ask(boolean stream, String answer, boolean hangs) throws Exception {
    var asked = new CountDownLatch(1);
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (var socket = server.accept()) {
                  socket.getInputStream().read(new byte[4096]);
                  socket.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                  if (hangs) {
                    asked.await(10, TimeUnit.SECONDS);
                  }
                } catch (IOException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      var target = URI.create("http://127.0.0.1:" + server.getLocalPort() + "/v1/completions");
      return new Post(DataPlane.haproxy, target, "{}", stream, PATIENCE).send(() -> false);
    } finally {
      asked.countDown();
    }
  }
}
