package io.zonefleet.inference.text;

import java.util.List;

/**
 * Ends an answer before the first of some strings, as it streams; what could still become one is
 * held back. Not thread-safe.
 */
public final class StopStrings {
  private final List<String> stops;
  private String held = "";
  private boolean stopped;

  /**
   * @param stops none of them empty
   */
  public StopStrings(List<String> stops) {
    this.stops = List.copyOf(stops);
  }

  /** The text that is certain by now. */
  public String next(String text) {
    if (stopped) {
      return "";
    }
    String all = held + text;
    int first = -1;
    for (String stop : stops) {
      int at = all.indexOf(stop);
      if (at >= 0 && (first < 0 || at < first)) {
        first = at;
      }
    }
    if (first >= 0) {
      stopped = true;
      held = "";
      return all.substring(0, first);
    }
    int keep = 0;
    for (String stop : stops) {
      for (int n = Math.min(stop.length() - 1, all.length()); n > keep; n--) {
        if (all.endsWith(stop.substring(0, n))) {
          keep = n;
        }
      }
    }
    held = all.substring(all.length() - keep);
    return all.substring(0, all.length() - keep);
  }

  /** What was held, when the answer ended without a stop string. */
  public String end() {
    String rest = held;
    held = "";
    return rest;
  }

  /** Whether a stop string was met; nothing more comes then. */
  public boolean stopped() {
    return stopped;
  }
}
