package io.zonefleet.operator.zones;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * The most requests that ran at once, over about a minute: kept in spans of 10 s, so that what is
 * told of it rises at once and falls in few steps.
 *
 * @param spans newest first
 */
public record PeakLoad(List<Span> spans) {
  private static final Duration SPAN = Duration.ofSeconds(10);
  private static final int KEPT = 6;

  /** Nothing was seen yet. */
  public static final PeakLoad UNKNOWN = new PeakLoad(List.of());

  /** The most in 10 s from {@code begun}. */
  public record Span(Instant begun, int most) {
    private boolean holds(Instant at) {
      return Duration.between(begun, at).compareTo(SPAN) < 0;
    }

    private boolean isRecent(Instant at) {
      return Duration.between(begun, at).compareTo(SPAN.multipliedBy(KEPT)) < 0;
    }
  }

  public PeakLoad {
    spans = List.copyOf(spans);
  }

  /** After a look; one in which no gateway answers tells nothing. */
  public PeakLoad with(Observation seen) {
    boolean known = !seen.direct() && seen.gateways().stream().anyMatch(GatewayReport::reachable);
    return known ? with(seen.at(), running(seen)) : this;
  }

  PeakLoad with(Instant at, int running) {
    if (!spans.isEmpty() && spans.getFirst().holds(at)) {
      var newest = spans.getFirst();
      return new PeakLoad(
          Stream.concat(
                  Stream.of(new Span(newest.begun(), Math.max(newest.most(), running))),
                  spans.stream().skip(1))
              .toList());
    }
    return new PeakLoad(
        Stream.concat(Stream.of(new Span(at, running)), spans.stream().limit(KEPT - 1L)).toList());
  }

  /** The most of the last minute; empty when nothing was seen in it. */
  public OptionalInt most(Instant now) {
    return spans.stream().filter(s -> s.isRecent(now)).mapToInt(Span::most).max();
  }

  private static int running(Observation seen) {
    return seen.gateways().stream()
        .flatMap(g -> g.endpoints().values().stream())
        .mapToInt(EndpointHealth::running)
        .sum();
  }
}
