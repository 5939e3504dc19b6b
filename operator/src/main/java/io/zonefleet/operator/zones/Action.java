package io.zonefleet.operator.zones;

/** What a decision did, for the event that tells of it. */
public sealed interface Action {
  String message();

  /** Event reason, in the style of Kubernetes. */
  default String reason() {
    return getClass().getSimpleName();
  }

  default boolean warning() {
    return false;
  }

  /** Traffic moved. */
  record ZoneSwitched(Switch move, String message) implements Action {
    @Override
    public boolean warning() {
      return move.cause() == Switch.Cause.ZoneLost;
    }
  }

  /** A zone began to serve that takes nobody's place. */
  record ZoneActivated(String zone, String message) implements Action {}

  /** A quorum lost sight of a zone. */
  record ZoneLost(String zone, String message) implements Action {
    @Override
    public boolean warning() {
      return true;
    }
  }

  /** A lost or drained zone is stable again. */
  record ZoneRecovered(String zone, String message) implements Action {}

  record ZoneDrained(String zone, String message) implements Action {}

  record DrainRefused(String zone, String message) implements Action {
    @Override
    public boolean warning() {
      return true;
    }
  }

  /** No zone looks alive; traffic stays where it is. */
  record Degraded(String message) implements Action {
    @Override
    public boolean warning() {
      return true;
    }
  }
}
