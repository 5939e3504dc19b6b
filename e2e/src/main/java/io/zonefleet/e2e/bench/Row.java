package io.zonefleet.e2e.bench;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.zonefleet.api.v1alpha1.TrafficPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * One line of the matrix: the trials of one fault, as one data plane's clients saw them. Counts are
 * sums over the trials; percentiles are over the trials' own values, so that few trials show their
 * worst.
 *
 * @param fault {@link Fault#id}
 * @param statusP99Millis until the status called the broken zones Lost; null for data planes that
 *     have no status, and where it never did
 * @param spurious null for data planes that declare nothing
 * @param switches null for data planes that keep no journal
 * @param load what the trials were run with
 * @param commit of the code that was measured
 * @param samples the trials, oldest first
 */
@JsonPropertyOrder({
  "fault",
  "policy",
  "zones",
  "dataPlane",
  "trials",
  "requests",
  "failedUnstarted",
  "failedInFlight",
  "brokenStreams",
  "addedP99Millis",
  "shiftP50Millis",
  "shiftP99Millis",
  "statusP99Millis",
  "spurious"
})
record Row(
    String fault,
    TrafficPolicy policy,
    int zones,
    DataPlane dataPlane,
    int trials,
    long requests,
    long failedUnstarted,
    long failedInFlight,
    long brokenStreams,
    Long addedP99Millis,
    Long shiftP50Millis,
    Long shiftP99Millis,
    Long statusP99Millis,
    Long spurious,
    Long switches,
    Long addedMaxMillis,
    Long shiftMaxMillis,
    Long suspectP99Millis,
    Long detectP50Millis,
    Long decideP50Millis,
    Long tellP50Millis,
    Load load,
    String commit,
    List<Trial> samples) {

  /**
   * What is measured.
   *
   * @param zones how many
   */
  record Key(String fault, TrafficPolicy policy, int zones, DataPlane dataPlane) {}

  /**
   * @param rate short requests a second for each data plane
   * @param streams at once for each data plane
   * @param pacePercent of a core that each pod has at most; 0 without a bound
   * @param windowSeconds that are watched after a fault, before it is mended
   */
  record Load(int rate, int streams, int pacePercent, int windowSeconds) {
    Load lasting(Duration window) {
      return new Load(rate, streams, pacePercent, Math.toIntExact(window.toSeconds()));
    }
  }

  /**
   * @param at RFC 3339 time of the fault
   * @param telling null for data planes without a status
   */
  record Trial(String at, Figures figures, Telling telling) {}

  static Row of(Key key, Load load, String commit, List<Trial> trials) {
    var told = trials.stream().map(Trial::telling).filter(Objects::nonNull).toList();
    Function<Function<Figures, Long>, List<Long>> values =
        of -> trials.stream().map(Trial::figures).map(of).filter(Objects::nonNull).toList();
    Function<Function<Telling, Long>, List<Long>> times =
        of -> told.stream().map(of).filter(Objects::nonNull).toList();
    ToLongFunction<ToLongFunction<Figures>> sum =
        of -> trials.stream().map(Trial::figures).mapToLong(of).sum();
    return new Row(
        key.fault(),
        key.policy(),
        key.zones(),
        key.dataPlane(),
        trials.size(),
        sum.applyAsLong(Figures::requests),
        sum.applyAsLong(Figures::failedUnstarted),
        sum.applyAsLong(Figures::failedInFlight),
        sum.applyAsLong(Figures::brokenStreams),
        Percentile.of(99, values.apply(Figures::addedP99Millis)),
        Percentile.of(50, values.apply(Figures::shiftMillis)),
        Percentile.of(99, values.apply(Figures::shiftMillis)),
        Percentile.of(99, times.apply(Telling::lostMillis)),
        told.isEmpty() ? null : told.stream().mapToLong(Telling::spurious).sum(),
        told.isEmpty() ? null : told.stream().mapToLong(Telling::switches).sum(),
        Percentile.of(100, values.apply(Figures::addedMaxMillis)),
        Percentile.of(100, values.apply(Figures::shiftMillis)),
        Percentile.of(99, times.apply(Telling::suspectMillis)),
        Percentile.of(50, times.apply(Telling::detectMillis)),
        Percentile.of(50, times.apply(Telling::decideMillis)),
        Percentile.of(50, times.apply(Telling::tellMillis)),
        load,
        commit,
        List.copyOf(trials));
  }

  Key key() {
    return new Key(fault, policy, zones, dataPlane);
  }
}
