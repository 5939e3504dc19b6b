package io.zonefleet.e2e.load;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a load saw as a whole. */
public record Outcome(List<Answer> answers) {

  public Outcome {
    answers = answers.stream().sorted(Comparator.comparing(Answer::sent)).toList();
  }

  /** The requests that were not answered with 200. */
  public List<Answer> failed() {
    return answers.stream().filter(answer -> !answer.ok()).toList();
  }

  /** The requests that were sent before that moment and answered after it. */
  public List<Answer> underWay(Instant moment) {
    return answers.stream()
        .filter(answer -> answer.sent().isBefore(moment) && answer.answered().isAfter(moment))
        .toList();
  }

  /** The longest time to an answer in milliseconds; 0 without answers. */
  public long slowestMillis() {
    return answers.stream().mapToLong(Answer::millis).max().orElse(0);
  }

  /** Requests that were not answered with 200, by status or exception. */
  public Map<String, Long> failures() {
    return failed().stream()
        .collect(Collectors.groupingBy(Answer::failure, TreeMap::new, Collectors.counting()));
  }

  /** Answers with 200 by the zone that gave them. */
  public Map<String, Long> byZone() {
    return answers.stream()
        .filter(Answer::ok)
        .collect(Collectors.groupingBy(Answer::zone, Collectors.counting()));
  }

  /**
   * How long after the fault the lost zone still answered: the client's own measure of the shift.
   *
   * @return zero when the zone gave no answer after the fault
   */
  public Duration shift(Instant fault, String lostZone) {
    return answers.stream()
        .filter(answer -> answer.zone().equals(lostZone))
        .map(Answer::answered)
        .filter(answered -> answered.isAfter(fault))
        .max(Comparator.naturalOrder())
        .map(last -> Duration.between(fault, last))
        .orElse(Duration.ZERO);
  }

  /**
   * How long after the fault requests were still sent that failed.
   *
   * @return zero when none did
   */
  public Duration failing(Instant fault) {
    return failed().stream()
        .map(Answer::sent)
        .filter(sent -> sent.isAfter(fault))
        .max(Comparator.naturalOrder())
        .map(last -> Duration.between(fault, last))
        .orElse(Duration.ZERO);
  }

  /**
   * How long after the fault a request still failed or waited longer than {@code bound}.
   *
   * @return empty when none did
   */
  public Optional<Duration> disturbance(Instant fault, Duration bound) {
    Function<Answer, Boolean> disturbed =
        answer -> !answer.ok() || answer.millis() > bound.toMillis();
    return answers.stream()
        .filter(answer -> answer.answered().isAfter(fault) && disturbed.apply(answer))
        .map(Answer::answered)
        .max(Comparator.naturalOrder())
        .map(last -> Duration.between(fault, last));
  }
}
