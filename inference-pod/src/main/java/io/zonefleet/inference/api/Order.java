package io.zonefleet.inference.api;

/** In which order handlers see a request, where it matters; all others come in between. */
final class Order {
  /** Whatever becomes of the request, its answer says where it comes from. */
  static final int HEADERS = Integer.MIN_VALUE;

  /** Whatever becomes of the request, there is a line in the log. */
  static final int RECORD = HEADERS + 1;

  /** Nothing is read or computed for those who are not let in. */
  static final int KEYS = RECORD + 1;

  static final int LAST = Integer.MAX_VALUE;

  private Order() {}
}
