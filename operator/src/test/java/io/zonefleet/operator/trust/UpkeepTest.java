package io.zonefleet.operator.trust;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.operator.trust.Upkeep.Found;
import io.zonefleet.operator.trust.Upkeep.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a replica does about the authority's Secret, as it finds it. */
class UpkeepTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Issuer ISSUER = new Issuer(Lifetimes.DEFAULT);
  private static final Upkeep UPKEEP = new Upkeep(new Rotation(Lifetimes.DEFAULT, ISSUER), ISSUER);
  private static final Optional<Authority> NONE = Optional.empty();

  private final Authority held = Authority.first(ISSUER, NOW);

  @Test
  void theFirstReplicaOfAllMakesOne() {
    assertThat(UPKEEP.decide(new Found.Absent(), NONE, NOW, NOW)).isInstanceOf(Step.Create.class);
  }

  @Test
  void aReplicaThatStartsTakesWhatIsThere() {
    assertThat(UPKEEP.decide(new Found.Readable("1", held), NONE, NOW, NOW))
        .isEqualTo(new Step.Use(held));
  }

  @Test
  void allFollowTheSecretEvenFromWhatTheyKnow() {
    var other = Authority.first(ISSUER, NOW);
    assertThat(UPKEEP.decide(new Found.Readable("2", other), Optional.of(held), NOW, NOW))
        .isEqualTo(new Step.Use(other));
  }

  @Test
  void aDeletedSecretComesBackWithTheSameAuthority() {
    assertThat(UPKEEP.decide(new Found.Absent(), Optional.of(held), NOW, NOW))
        .isEqualTo(new Step.Create(held));
  }

  @Test
  void aBrokenSecretIsMendedByWhoKnowsIt() {
    assertThat(
            UPKEEP.decide(
                new Found.Unreadable("7", "current: broken"), Optional.of(held), NOW, NOW))
        .isEqualTo(new Step.Replace("7", held, "current: broken"));
  }

  @Test
  void whoDoesNotKnowItWaitsForWhoDoesButNotForEver() {
    var broken = new Found.Unreadable("7", "current: broken");
    assertThat(UPKEEP.decide(broken, NONE, NOW, NOW.plusSeconds(9)))
        .isEqualTo(new Step.Wait("current: broken"));
    assertThat(UPKEEP.decide(broken, NONE, NOW, NOW.plusSeconds(10)))
        .isInstanceOfSatisfying(
            Step.Replace.class, replace -> assertThat(replace.version()).isEqualTo("7"));
  }

  @Test
  void whatIsDueIsWrittenOntoTheVersionThatWasRead() {
    var later = NOW.plus(Duration.ofDays(250));
    assertThat(UPKEEP.decide(new Found.Readable("3", held), Optional.of(held), NOW, later))
        .isInstanceOfSatisfying(
            Step.Replace.class,
            replace -> {
              assertThat(replace.version()).isEqualTo("3");
              assertThat(replace.authority().current()).isEqualTo(held.current());
              assertThat(replace.authority().next()).isPresent();
            });
  }
}
