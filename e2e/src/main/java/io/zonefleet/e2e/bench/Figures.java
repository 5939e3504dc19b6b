package io.zonefleet.e2e.bench;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What clients of one data plane saw of one fault. Milliseconds are null where nothing was
 * measured.
 *
 * @param requests sent after the fault, or under way when it came; streams included
 * @param failedUnstarted sent after the fault and not answered
 * @param failedInFlight sent before the fault, without an answer byte until it failed
 * @param brokenStreams ended without their last event after a byte of an answer
 * @param failedBefore requests that failed before the fault: the machine's noise
 * @param medianMillis of the short requests before the fault
 * @param addedP99Millis 99th percentile of the short requests sent in the first seconds after the
 *     fault, less the median before it
 * @param addedMaxMillis the slowest request after the fault, less the median before it
 * @param shiftMillis from the fault until requests were answered by survivors at the first try
 */
record Figures(
    long requests,
    long failedUnstarted,
    long failedInFlight,
    long brokenStreams,
    long failedBefore,
    Long medianMillis,
    Long addedP99Millis,
    Long addedMaxMillis,
    Long shiftMillis) {

  /** Added latency is that of the seconds in which traffic moves, not diluted by later ones. */
  private static final Duration MOVING = Duration.ofSeconds(5);

  /** A request that takes so much longer than the median has waited for something. */
  private static final Duration DETOUR = Duration.ofSeconds(1);

  /** All is well again once no request was disturbed for so long. */
  private static final Duration QUIET = Duration.ofSeconds(2);

  /**
   * @param since failures count from here on; before {@code at} where a change comes before the
   *     fault
   * @param at the fault
   * @param dark zones whose answers after the fault are none of a survivor's
   * @param steady whether the fault has no one moment, so that all of it counts as moving
   */
  record Moment(Instant since, Instant at, Set<String> dark, boolean steady) {}

  /** Figures of the samples of one data plane. */
  static Figures of(List<Sample> samples, Moment fault) {
    var counted = samples.stream().filter(sample -> sample.ended().isAfter(fault.since())).toList();
    var before =
        samples.stream()
            .filter(sample -> sample.ok() && !sample.stream())
            .filter(sample -> !sample.ended().isAfter(fault.since()))
            .map(Sample::millis)
            .toList();
    var median = Percentile.of(50, before);
    var usual = median == null ? 0 : median;
    var moving =
        fresh(counted, fault)
            .filter(s -> fault.steady() || s.sent().isBefore(fault.at().plus(MOVING)))
            .map(s -> s.millis() - usual)
            .toList();
    var slowest = fresh(counted, fault).map(s -> s.millis() - usual).toList();
    return new Figures(
        counted.size(),
        counted.stream().filter(s -> lost(s) && !s.sent().isBefore(fault.since())).count(),
        counted.stream().filter(s -> lost(s) && s.sent().isBefore(fault.since())).count(),
        counted.stream().filter(s -> s.failed() && s.begun()).count(),
        samples.stream().filter(s -> s.failed() && !s.ended().isAfter(fault.since())).count(),
        median,
        Percentile.of(99, moving),
        Percentile.of(100, slowest),
        fault.steady() ? null : shift(counted, fault, usual));
  }

  private static boolean lost(Sample sample) {
    return sample.failed() && !sample.begun();
  }

  private static Stream<Sample> fresh(List<Sample> samples, Moment fault) {
    return samples.stream().filter(s -> !s.stream() && !s.sent().isBefore(fault.at()));
  }

  /** The end of the first episode of disturbed requests. */
  private static long shift(List<Sample> samples, Moment fault, long usual) {
    var end = fault.at();
    var disturbed =
        samples.stream()
            .filter(s -> !s.stream() && s.ended().isAfter(fault.at()))
            .filter(s -> disturbed(s, fault, usual))
            .sorted(Comparator.comparing(Sample::sent))
            .toList();
    for (var sample : disturbed) {
      if (sample.sent().isAfter(end.plus(QUIET))) {
        break;
      }
      // who failed says only that it was not over when it was sent
      var until = sample.ok() ? sample.ended() : sample.sent();
      end = until.isAfter(end) ? until : end;
    }
    return Duration.between(fault.at(), end).toMillis();
  }

  private static boolean disturbed(Sample s, Moment fault, long usual) {
    return s.failed()
        || s.attempts() > 1
        || s.millis() > usual + DETOUR.toMillis()
        || (fault.dark().contains(s.zone()) && !s.sent().isBefore(fault.at()));
  }
}
