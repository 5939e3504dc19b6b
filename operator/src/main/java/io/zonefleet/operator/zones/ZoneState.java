package io.zonefleet.operator.zones;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One zone's place in the state machine.
 *
 * @param since when it took this role
 * @param reason why, in words for the user; never empty
 * @param flaps losses in a row, 0 or more
 * @param started whether a pod of it was ever admitted; a zone that starts up is not lost
 * @param serving whether the decision in force gives it traffic, also while it is Suspect
 * @param servingSince when it began to serve; a ramp counts from here
 * @param firstDoubt first moment of the present doubt, from any observer
 * @param darkSince since when a quorum has seen no healthy pod, without a break
 * @param darkLooks how many looks in a row have shown it so, 0 or more
 */
public record ZoneState(
    String name,
    Role role,
    Instant since,
    String reason,
    int flaps,
    boolean started,
    boolean serving,
    Optional<Instant> servingSince,
    Optional<Instant> firstDoubt,
    Optional<Instant> darkSince,
    int darkLooks) {

  /** A zone of which no look has been taken yet. */
  public ZoneState(
      String name,
      Role role,
      Instant since,
      String reason,
      int flaps,
      boolean started,
      boolean serving,
      Optional<Instant> servingSince,
      Optional<Instant> firstDoubt,
      Optional<Instant> darkSince) {
    this(
        name, role, since, reason, flaps, started, serving, servingSince, firstDoubt, darkSince, 0);
  }

  static ZoneState starting(String name, Instant now) {
    return new ZoneState(
        name,
        Role.Standby,
        now,
        "waits for its first healthy pod",
        0,
        false,
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Percent of its weight that a returned ActiveActive zone gets at {@code now}: 10, 50 or 100. */
  public int rampPercent(Failback failback, Instant now) {
    if (flaps == 0 || servingSince.isEmpty()) {
      return 100;
    }
    var half = Duration.ofSeconds(failback.rampSeconds()).dividedBy(2);
    var elapsed = Duration.between(servingSince.get(), now);
    if (elapsed.compareTo(half) < 0) {
      return 10;
    }
    return elapsed.compareTo(half.multipliedBy(2)) < 0 ? 50 : 100;
  }

  ZoneState become(Role next, Instant now, String why) {
    boolean serves = next == Role.Active || (next == Role.Suspect && serving);
    int losses = next == Role.Lost && role != Role.Lost ? flaps + 1 : flaps;
    return new ZoneState(
        name,
        next,
        next == role ? since : now,
        why,
        losses,
        started,
        serves,
        serves ? Optional.of(servingSince.orElse(now)) : Optional.empty(),
        firstDoubt,
        darkSince,
        darkLooks);
  }

  ZoneState because(String why) {
    return restartClock(since, why);
  }

  ZoneState restartClock(Instant from, String why) {
    return copy(from, why, flaps, started, serving, servingSince);
  }

  ZoneState begin() {
    return copy(since, reason, flaps, true, serving, servingSince);
  }

  ZoneState forgiven() {
    return copy(since, reason, 0, started, serving, servingSince);
  }

  /** Somebody else serves; whatever is suspected of this zone still is. */
  ZoneState relieved() {
    return copy(since, reason, flaps, started, false, Optional.empty());
  }

  ZoneState doubted(boolean doubt, boolean dark, Instant now, boolean newLook) {
    return new ZoneState(
        name,
        role,
        since,
        reason,
        flaps,
        started,
        serving,
        servingSince,
        doubt ? Optional.of(firstDoubt.orElse(now)) : Optional.empty(),
        dark ? Optional.of(darkSince.orElse(now)) : Optional.empty(),
        dark ? darkLooks + (newLook ? 1 : 0) : 0);
  }

  /** A look that shows nothing breaks the row of those that show the zone dark. */
  ZoneState unseen() {
    return new ZoneState(
        name, role, since, reason, flaps, started, serving, servingSince, firstDoubt, darkSince, 0);
  }

  private ZoneState copy(
      Instant since,
      String reason,
      int flaps,
      boolean started,
      boolean serving,
      Optional<Instant> servingSince) {
    return new ZoneState(
        name,
        role,
        since,
        reason,
        flaps,
        started,
        serving,
        servingSince,
        firstDoubt,
        darkSince,
        darkLooks);
  }
}
