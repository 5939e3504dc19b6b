package io.zonefleet.inference.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import io.zonefleet.inference.auth.SecretFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's own Python client against a pod: {@code src/test/python/openai_client_test.py}. */
class OpenAiClientIT {
  private static final String CLIENT = "openai==3.57.0";
  private static final String KEY = "key-of-the-python-client";
  private static final Path TESTS = Path.of("src/test/python/openai_client_test.py");

  @TempDir static Path work;

  @Test
  void theOfficialClientIsServed() throws Exception {
    Path library = library();
    SecretFolder keys = new SecretFolder(work.resolve("keys")).holds(Map.of("python", KEY));
    try (PodProcess pod =
        PodProcess.ready(
            work,
            "ZONEFLEET_MAX_CONCURRENCY",
            "2",
            "ZONEFLEET_QUEUE_CAPACITY",
            "2",
            "ZONEFLEET_API_KEYS_PATH",
            keys.path().toString())) {
      Map<String, String> environment =
          Map.of(
              "PYTHONPATH",
              library.toString(),
              "OPENAI_BASE_URL",
              pod.uri("/v1").toString(),
              "OPENAI_API_KEY",
              KEY,
              "ZONEFLEET_MODEL",
              "tiny-r1",
              "NO_PROXY",
              "127.0.0.1");
      Ended tests = run(environment, 300, List.of("python3", TESTS.toString(), "-v"));
      assertThat(tests.rc()).as(tests.output()).isZero();
      assertThat(tests.output()).containsPattern("Ran 2\\d tests").doesNotContain("skipped");
      assertThat(pod.log()).contains(" client=python ").doesNotContain(KEY);
    }
  }

  /** Installed once for all runs; where that is impossible, the test is skipped and says why. */
  private static Path library() throws Exception {
    String cache =
        Optional.ofNullable(System.getenv("ZONEFLEET_CACHE"))
            .orElse(System.getProperty("user.home") + "/.cache/zonefleet");
    Path library = Path.of(cache, "python", CLIENT.replace("==", "-"));
    if (Files.isDirectory(library)) {
      return library;
    }
    Files.createDirectories(library.getParent());
    Path fresh = Files.createTempDirectory(library.getParent(), "new-");
    Ended pip;
    try {
      pip =
          run(
              Map.of("PIP_ROOT_USER_ACTION", "ignore"),
              180,
              List.of(
                  "python3", "-m", "pip", "install", "-q", "--target", fresh.toString(), CLIENT));
    } catch (IOException e) {
      return abort("SKIPPED: " + CLIENT + " cannot be installed: " + e.getMessage());
    }
    if (pip.rc() != 0) {
      return abort("SKIPPED: " + CLIENT + " cannot be installed: " + pip.output());
    }
    return Files.move(fresh, library, StandardCopyOption.ATOMIC_MOVE);
  }

  private record Ended(int rc, String output) {}

  private static Ended run(Map<String, String> environment, int seconds, List<String> command)
      throws IOException, InterruptedException {
    Path output = Files.createTempFile(work, "output", "");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
    process.destroyForcibly();
    String said = Files.readString(output, StandardCharsets.UTF_8);
    return ended
        ? new Ended(process.exitValue(), said)
        : new Ended(124, said + "\nstill running after " + seconds + " s");
  }
}
