package io.zonefleet.operator.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.operator.fleet.Fleets;
import io.zonefleet.operator.fleet.PodAnswer;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Given what pods say of the keys that they have found. */
class KeyFindingsTest {
  private static final String AUTH = "auth: {apiKeysSecret: chat-keys}";

  private static PodAnswer says(String pod, OptionalInt keys) {
    return new PodAnswer(pod, "zone-a", "r1", "sha256:1", keys);
  }

  private static List<String> of(String spec, PodAnswer... answers) {
    return KeyFindings.of(Fleets.parse(Fleets.chat(spec)), List.of(answers)).stream()
        .map(f -> f.reason() + " " + f.inWords())
        .toList();
  }

  @Test
  void podsWithKeysAreAsAsked() {
    assertThat(of(AUTH, says("chat-zone-a-0", OptionalInt.of(2)))).isEmpty();
    assertThat(of(AUTH)).as("nobody has said anything yet").isEmpty();
  }

  @Test
  void aFleetThatAsksForNoKeysNeedsNone() {
    assertThat(of("replicasPerZone: 1", says("chat-zone-a-0", OptionalInt.empty()))).isEmpty();
  }

  @Test
  void aSecretThatIsMissingIsNamedWithTheCommandThatMakesIt() {
    assertThat(of(AUTH, says("chat-zone-a-0", OptionalInt.of(0))))
        .containsExactly(
            "ApiKeysMissing Secret chat-keys (spec.auth.apiKeysSecret) has no API key for pods"
                + " chat-zone-a-0, which refuse every request; create it with kubectl create secret"
                + " generic chat-keys -n default --from-literal=CLIENT=KEY, each KEY of 16 to 512"
                + " printable characters; pods find it within two minutes");
  }

  @Test
  void aServerThatDoesNotAskForKeysIsTold() {
    assertThat(of(AUTH, says("chat-zone-a-0", OptionalInt.empty())))
        .singleElement()
        .asString()
        .startsWith("ApiKeysNotAsked pods chat-zone-a-0 answer without asking for the keys");
  }

  @Test
  void manyPodsAreCountedAndNotListed() {
    var pods =
        IntStream.range(0, 9)
            .mapToObj(i -> says("chat-zone-a-" + i, OptionalInt.of(0)))
            .toArray(PodAnswer[]::new);
    assertThat(of(AUTH, pods))
        .singleElement()
        .asString()
        .contains("pods chat-zone-a-0, chat-zone-a-1, chat-zone-a-2 and 6 more, which");
  }
}
