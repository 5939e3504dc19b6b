package io.zonefleet.inference.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Given a Secret of keys as the kubelet mounts it. */
class KeyFolderTest {
  private static final String A = "key-of-team-a-0123456789";
  private static final String B = "key-of-team-b-0123456789";

  @TempDir Path work;

  private SecretFolder secret(Map<String, String> files) throws Exception {
    return new SecretFolder(work.resolve("keys")).holds(files);
  }

  private KeyFolder.Content read() {
    return new KeyFolder(work.resolve("keys")).read();
  }

  @Test
  void aKeyIsItsClients() throws Exception {
    secret(Map.of("team-a", A, "team-b", B + "\n"));
    ApiKeys keys = read().keys();
    assertThat(keys.client(A)).contains("team-a");
    assertThat(keys.client(B)).as("a line's end is no part of a key").contains("team-b");
    assertThat(keys.client(A + "0")).isEmpty();
    assertThat(keys.client("")).isEmpty();
    assertThat(keys.count()).isEqualTo(2);
    assertThat(read().problems()).isEmpty();
  }

  @Test
  void keysComeAndGo() throws Exception {
    SecretFolder secret = secret(Map.of("team-a", A));
    secret.holds(Map.of("team-a", B));
    assertThat(read().keys().client(A)).isEmpty();
    assertThat(read().keys().client(B)).contains("team-a");
    secret.holds(Map.of());
    assertThat(read().keys().client(B)).isEmpty();
    assertThat(read().problems()).containsExactly("there is no key");
  }

  @Test
  void aFolderThatIsMissingLetsNobodyInAndIsTold() {
    assertThat(read().keys().count()).isZero();
    assertThat(read().problems())
        .singleElement()
        .asString()
        .startsWith("the folder cannot be read: java.nio.file.NoSuchFileException");
  }

  @Test
  void aFileWhereTheFolderShouldBeLetsNobodyIn() throws Exception {
    Files.writeString(work.resolve("keys"), A);
    assertThat(read().keys().client(A)).isEmpty();
    assertThat(read().problems()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  \n", "short", "with a blank in between", "ümlaut-0123456789abc"})
  void whatCannotBeAKeyLetsNobodyInAndLeavesTheOthers(String bad) throws Exception {
    secret(Map.of("team-a", A, "bad", bad));
    assertThat(read().keys().client(A)).contains("team-a");
    assertThat(read().keys().client(bad)).isEmpty();
    assertThat(read().keys().client(bad.strip())).isEmpty();
    assertThat(read().problems())
        .containsExactly("the key of bad is not 16 to 512 printable ASCII characters");
  }

  @Test
  void aKeyThatTwoClientsShareIsTold() throws Exception {
    secret(Map.of("team-a", A, "team-b", A));
    assertThat(read().keys().client(A)).contains("team-a");
    assertThat(read().problems()).containsExactly("the key of team-b is another client's, too");
  }

  @Test
  void aFileOfAnySizeIsBearable() throws Exception {
    secret(Map.of("team-a", A, "large", "x".repeat(1 << 20)));
    assertThat(read().keys().count()).isEqualTo(1);
  }

  /** While the kubelet turns the link, a reader sees the keys of before or of after, never half. */
  @Test
  void aReaderNeverSeesAChangeInTheMiddle() throws Exception {
    SecretFolder secret = secret(Map.of("team-a", A, "team-b", B));
    AtomicBoolean ended = new AtomicBoolean();
    Thread kubelet =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    for (int i = 0; i < 300; i++) {
                      secret.holds(Map.of("team-a", i % 2 == 0 ? B : A, "team-b", "" + (A + i)));
                    }
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  } finally {
                    ended.set(true);
                  }
                });
    int whole = 0;
    while (!ended.get()) {
      int keys = read().keys().count();
      // a reader that finds no quiet moment lets nobody in until its next try
      assertThat(keys).as("half a change").isIn(0, 2);
      whole += keys / 2;
    }
    kubelet.join();
    assertThat(whole).isPositive();
  }
}
