package io.zonefleet.e2e.load;

import java.time.Instant;

/**
 * What became of one request.
 *
 * @param sent when the client sent it
 * @param millis until the last byte of the answer, or until the client gave up
 * @param zone the zone that answered; empty when none did
 * @param failure empty for an answer 200, else the status or the exception in short
 */
public record Answer(Instant sent, long millis, String zone, String failure) {

  /** Whether the request was answered with 200. */
  public boolean ok() {
    return failure.isEmpty();
  }

  /** When the answer was complete. */
  public Instant answered() {
    return sent.plusMillis(millis);
  }

  /** One line of tab-separated fields, read back by {@link #parse}. */
  public String toLine() {
    return String.join("\t", sent.toString(), Long.toString(millis), zone, failure);
  }

  /**
   * Reads a line written by {@link #toLine}.
   *
   * @throws IllegalArgumentException if the line has another form
   */
  public static Answer parse(String line) {
    var fields = line.split("\t", -1);
    if (fields.length != 4) {
      throw new IllegalArgumentException("not an answer: " + line);
    }
    return new Answer(Instant.parse(fields[0]), Long.parseLong(fields[1]), fields[2], fields[3]);
  }
}
