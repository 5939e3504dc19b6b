package io.zonefleet.inference.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Turns tokens into text as they come, and never hands out half a character: the bytes of an
 * unfinished UTF-8 sequence are held back until it ends. Bytes that cannot become a character are
 * replaced by U+FFFD, as a decoder of the whole would do. One per answer; not thread-safe.
 */
public final class Detokenizer {
  private final Vocabulary vocabulary;
  private byte[] held = new byte[0];

  public Detokenizer(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** The text that this token completes, often empty. */
  public String next(int token) {
    byte[] added = vocabulary.bytes(token);
    if (added.length == 0) {
      return "";
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream(held.length + added.length);
    all.writeBytes(held);
    all.writeBytes(added);
    byte[] bytes = all.toByteArray();
    int whole = bytes.length - unfinished(bytes);
    held = java.util.Arrays.copyOfRange(bytes, whole, bytes.length);
    return new String(bytes, 0, whole, StandardCharsets.UTF_8);
  }

  /** What is still held when the answer has ended. */
  public String end() {
    String rest = new String(held, StandardCharsets.UTF_8);
    held = new byte[0];
    return rest;
  }

  /** How many bytes at the end begin a character that later bytes could still finish. */
  private static int unfinished(byte[] bytes) {
    for (int back = 1; back <= Math.min(3, bytes.length); back++) {
      int b = bytes[bytes.length - back] & 0xFF;
      if ((b & 0xC0) == 0x80) {
        continue;
      }
      int length = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : b >= 0xC0 ? 2 : 1;
      return length > back ? back : 0;
    }
    return 0;
  }
}
