package io.zonefleet.inference.constraint;

import java.util.Map;

/** The formats of strings that a regular expression can tell in full (RFC 3339, 4122, 2673). */
final class JsonFormats {
  private static final String LEAP = "(0[48]|[2468][048]|[13579][26])";
  private static final String DATE =
      "([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
          + "|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}"
          + LEAP
          + "|"
          + LEAP
          + "00)-02-29)";
  private static final String CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]";

  /** Offsets are up to 14:59: no place has more, and some parsers refuse them. */
  private static final String TIME =
      CLOCK + ":[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])";

  private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

  static final Map<String, String> PATTERNS =
      Map.of(
          "date",
          DATE,
          "time",
          TIME,
          "date-time",
          DATE + "T" + TIME,
          "uuid",
          "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
          "ipv4",
          "(" + BYTE + "\\.){3}" + BYTE);

  private JsonFormats() {}
}
