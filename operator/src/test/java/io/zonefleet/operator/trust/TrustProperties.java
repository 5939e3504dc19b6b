package io.zonefleet.operator.trust;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

/**
 * Three years of operators and gateways that hear of changes late, each at its own time: at no
 * moment may one meet another whose certificate it does not know, or that has ended.
 */
class TrustProperties {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final Lifetimes LIFETIMES =
      new Lifetimes(
          Duration.ofDays(120), Duration.ofDays(20), Duration.ofDays(2), Duration.ofMinutes(5));
  private static final Issuer ISSUER = new Issuer(LIFETIMES);
  private static final Rotation ROTATION = new Rotation(LIFETIMES, ISSUER);
  private static final Duration END = Duration.ofDays(3 * 365);

  /** Somebody who holds a certificate, and looks at the authority from time to time. */
  private static final class Party {
    final boolean server;
    Leaf leaf;
    Instant looksAt = START;

    Party(boolean server) {
      this.server = server;
    }

    void look(Authority authority, Instant now, Duration until) {
      if (leaf == null || !leaf.isFresh(authority, LIFETIMES, now)) {
        var own =
            Optional.ofNullable(leaf)
                .filter(l -> l.keeps(authority, LIFETIMES, now))
                .map(Leaf::own)
                .orElseGet(
                    () ->
                        server
                            ? ISSUER.server(authority.current(), "xds", now)
                            : ISSUER.gateway(
                                authority.current(), new GatewayIdentity("a", "b"), now));
        leaf = new Leaf(own, authority.trusted(now));
      }
      looksAt = now.plus(until);
    }
  }

  @Property(tries = 30)
  void everybodyKnowsEverybodyAtAllTimes(@ForAll @LongRange(min = 0, max = 1_000_000) long seed) {
    var random = new Random(seed);
    var authority = Authority.first(ISSUER, START);
    var parties = new ArrayList<Party>();
    for (int i = 0; i < 5; i++) {
      parties.add(new Party(i < 2));
    }
    int rotations = 0;
    for (var now = START; now.isBefore(START.plus(END)); now = now.plus(hours(random, 30))) {
      var next = ROTATION.step(authority, now);
      rotations += next.current().equals(authority.current()) ? 0 : 1;
      authority = next;
      for (var party : parties) {
        if (!now.isBefore(party.looksAt)) {
          // the looks are at most as far apart as the overlap, the step of time included
          party.look(authority, now, hours(random, 18));
        }
      }
      assertAllMeet(parties, now);
    }
    assertThat(rotations).isBetween(10, 14);
  }

  private static void assertAllMeet(List<Party> parties, Instant now) {
    for (var one : parties) {
      for (var other : parties) {
        if (one.server != other.server) {
          var shown = other.leaf.own().certificate();
          assertThat(KeyedCertificate.hasEnded(shown, now)).as("ended at %s", now).isFalse();
          assertThat(one.leaf.trusted())
              .as("known at %s", now)
              .anyMatch(
                  ca -> {
                    try {
                      shown.verify(ca.getPublicKey());
                      return !KeyedCertificate.hasEnded(ca, now);
                    } catch (GeneralSecurityException e) {
                      return false;
                    }
                  });
        }
      }
    }
  }

  private static Duration hours(Random random, int most) {
    return Duration.ofMinutes(random.nextInt(30, most * 60));
  }
}
