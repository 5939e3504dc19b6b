package io.zonefleet.inference.model;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Reads protobuf's wire format in place: a tag of number and kind before each field.
 *
 * @param bytes a whole file
 */
record Wire(MemorySegment bytes) {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  /**
   * Hears of one field that has bytes: its number, where its tag begins, and where its bytes are.
   */
  interface Field {
    void at(int number, long tag, long from, long to);
  }

  /**
   * @throws IndexOutOfBoundsException when a field leaves {@code [begin, end)} or is of no known
   *     kind
   */
  void fields(long begin, long end, Field field) {
    long at = begin;
    while (at < end) {
      long start = at;
      long tag = varint(at);
      at += length(at);
      int number = (int) (tag >>> 3);
      switch ((int) (tag & 7)) {
        case VARINT -> at += length(at);
        case FIXED64 -> at += 8;
        case FIXED32 -> at += 4;
        case BYTES -> {
          long size = varint(at);
          at += length(at);
          if (size < 0 || size > end - at) {
            throw new IndexOutOfBoundsException("field " + number + " has " + size + " bytes");
          }
          field.at(number, start, at, at + size);
          at += size;
        }
        default -> throw new IndexOutOfBoundsException("field " + number + " is of no known kind");
      }
    }
  }

  private long varint(long at) {
    long value = 0;
    for (int i = 0; i < length(at); i++) {
      value |= (long) (bytes.get(JAVA_BYTE, at + i) & 0x7F) << 7 * i;
    }
    return value;
  }

  private int length(long at) {
    for (int i = 0; i < 10; i++) {
      if (bytes.get(JAVA_BYTE, at + i) >= 0) {
        return i + 1;
      }
    }
    throw new IndexOutOfBoundsException("a number has more than 10 bytes");
  }

  String text(long from, long to) {
    return new String(bytes.asSlice(from, to - from).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
  }
}
