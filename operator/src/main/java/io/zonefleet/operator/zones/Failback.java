package io.zonefleet.operator.zones;

import java.time.Duration;

/**
 * When traffic returns to a zone that was lost.
 *
 * @param mode Automatic, or Manual: the zone waits as Standby until a person drains the one that
 *     serves
 * @param stableSeconds time without a failed check before traffic may return, 0 or more
 * @param rampSeconds time over which an ActiveActive share grows back, 0 or more
 * @param maxStableSeconds what losses in a row may lengthen {@code stableSeconds} to, 0 or more
 */
public record Failback(Mode mode, int stableSeconds, int rampSeconds, int maxStableSeconds) {
  /** With the API's default of 300 s at most. */
  public Failback(Mode mode, int stableSeconds, int rampSeconds) {
    this(mode, stableSeconds, rampSeconds, 300);
  }

  /** The constants are spelled as the API spells them. */
  public enum Mode {
    Automatic,
    Manual
  }

  /**
   * Time that a zone must be healthy after its {@code flaps}-th loss in a row: doubles up to {@code
   * maxStableSeconds}, and is {@code stableSeconds} at least.
   */
  public Duration holdDown(int flaps) {
    if (flaps <= 1) {
      return Duration.ofSeconds(stableSeconds);
    }
    long doubled = Math.max(stableSeconds, 5L) << Math.min(flaps - 1, 10);
    return Duration.ofSeconds(Math.max(stableSeconds, Math.min(doubled, maxStableSeconds)));
  }
}
