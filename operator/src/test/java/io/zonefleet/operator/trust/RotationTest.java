package io.zonefleet.operator.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** One authority follows another, by the calendar of the defaults: a year, a month, a day. */
class RotationTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Lifetimes LIFETIMES = Lifetimes.DEFAULT;
  private static final Issuer ISSUER = new Issuer(LIFETIMES);
  private static final Rotation ROTATION = new Rotation(LIFETIMES, ISSUER);

  private final Authority first = Authority.first(ISSUER, START);

  @Test
  void nothingChangesBeforeItIsDue() {
    assertThat(ROTATION.step(first, START)).isEqualTo(first);
    assertThat(ROTATION.step(first, day(243))).isEqualTo(first);
  }

  @Test
  void theNextIsTrustedADayBeforeItSignsAndThePreviousUntilItEnds() {
    var published = ROTATION.step(first, day(244));
    assertThat(published.current()).isEqualTo(first.current());
    var next = published.next().orElseThrow();
    assertThat(published.trusted(day(244)))
        .containsExactly(first.current().certificate(), next.certificate());

    assertThat(ROTATION.step(published, day(244).plus(Duration.ofHours(23)))).isEqualTo(published);

    var followed = ROTATION.step(published, day(245).plusSeconds(1));
    assertThat(followed.current()).isEqualTo(next);
    assertThat(followed.next()).isEmpty();
    assertThat(followed.trusted(day(246)))
        .containsExactly(next.certificate(), first.current().certificate());

    assertThat(ROTATION.step(followed, day(364))).isEqualTo(followed);
    var alone = ROTATION.step(followed, day(366));
    assertThat(alone.trusted(day(366))).containsExactly(next.certificate());
    assertThat(alone.previous()).isEmpty();
  }

  @Test
  void whenNobodyRotatedForAYearThereIsANewOneAtOnce() {
    var after = ROTATION.step(first, day(400));
    assertThat(after.current()).isNotEqualTo(first.current());
    assertThat(after.trusted(day(400))).containsExactly(after.current().certificate());
  }

  @Test
  void aPublishedOneFollowsAtOnceWhenTheCurrentHasEnded() {
    var published = ROTATION.step(first, day(364));
    var after = ROTATION.step(published, day(365).plusSeconds(1));
    assertThat(after.current()).isEqualTo(published.next().orElseThrow());
  }

  @Test
  void itReadsBackAsItWasWritten() {
    var published = ROTATION.step(first, day(244));
    var followed = ROTATION.step(published, day(246));
    assertThat(Authority.parse(first.pem())).isEqualTo(first);
    assertThat(Authority.parse(published.pem())).isEqualTo(published);
    assertThat(Authority.parse(followed.pem())).isEqualTo(followed);
    assertThat(followed.pem())
        .as("what signs no more needs no key")
        .doesNotContainKey("previous.key");
    assertThat(first.pem().get("current.key")).startsWith("-----BEGIN PRIVATE KEY-----\n");
  }

  @Test
  void aBrokenOneIsNamedWithoutItsContent() {
    var pem = new TreeMap<>(first.pem());
    var other = Authority.first(ISSUER, START);
    pem.put("current.key", other.pem().get("current.key"));
    assertThatThrownBy(() -> Authority.parse(pem))
        .hasMessage("current: the key is not that of the certificate");
    pem.put("current.key", "x");
    assertThatThrownBy(() -> Authority.parse(pem)).hasMessage("current: no key in PEM");
    pem.remove("current.key");
    assertThatThrownBy(() -> Authority.parse(pem)).hasMessage("current: current.key is missing");
    pem.put("current.key", first.pem().get("current.key"));
    pem.put("current.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assertThatThrownBy(() -> Authority.parse(pem))
        .hasMessageStartingWith("current: not a certificate in PEM");
  }

  @Test
  void lifetimesThatWouldCutLeavesShortAreRefused() {
    assertThatThrownBy(
            () ->
                new Lifetimes(
                    Duration.ofDays(60), Duration.ofDays(30), Duration.ofDays(1), Duration.ZERO))
        .hasMessage(
            "leaf PT720H and overlap PT24H together must be at most a third of authority PT1440H,"
                + " PT480H");
    assertThatThrownBy(
            () ->
                new Lifetimes(
                    Duration.ofDays(60), Duration.ZERO, Duration.ofDays(1), Duration.ZERO))
        .hasMessage("leaf PT0S must be above 0");
  }

  private static Instant day(int n) {
    return START.plus(Duration.ofDays(n));
  }
}
