package io.zonefleet.e2e.bench;

import java.time.Instant;

/**
 * What became of one request.
 *
 * @param stream whether the answer was asked for as server-sent events
 * @param sent when the client began to connect
 * @param firstByteMillis until the answer's first byte; -1 when none came
 * @param millis until the last byte, or until the client gave up
 * @param zone the zone that answered; empty when unknown
 * @param attempts how many pods were tried, where the data plane tells; else 1
 * @param failure empty for a complete answer 200, {@link #STOPPED} for one that the load itself
 *     ended, else the status or what went wrong
 */
record Sample(
    DataPlane plane,
    boolean stream,
    Instant sent,
    long firstByteMillis,
    long millis,
    String zone,
    int attempts,
    String failure) {

  /** The failure of a request that ran when the load was stopped: it says nothing. */
  static final String STOPPED = "stopped";

  private static final int FIELDS = 8;

  boolean ok() {
    return failure.isEmpty();
  }

  boolean failed() {
    return !ok() && !failure.equals(STOPPED);
  }

  /** Whether a byte of an answer had come. After one nothing may be replayed. */
  boolean begun() {
    return firstByteMillis >= 0;
  }

  Instant ended() {
    return sent.plusMillis(millis);
  }

  /** One line of tab-separated fields, read back by {@link #parse}. */
  String toLine() {
    return String.join(
        "\t",
        plane.name(),
        Boolean.toString(stream),
        sent.toString(),
        Long.toString(firstByteMillis),
        Long.toString(millis),
        zone,
        Integer.toString(attempts),
        failure);
  }

  /**
   * Reads a line written by {@link #toLine}.
   *
   * @throws IllegalArgumentException if the line has another form
   */
  static Sample parse(String line) {
    var fields = line.split("\t", -1);
    if (fields.length != FIELDS) {
      throw new IllegalArgumentException("not a sample: " + line);
    }
    return new Sample(
        DataPlane.valueOf(fields[0]),
        Boolean.parseBoolean(fields[1]),
        Instant.parse(fields[2]),
        Long.parseLong(fields[3]),
        Long.parseLong(fields[4]),
        fields[5],
        Integer.parseInt(fields[6]),
        fields[7]);
  }
}
