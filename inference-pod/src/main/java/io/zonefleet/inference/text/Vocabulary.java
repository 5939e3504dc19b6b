package io.zonefleet.inference.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;

/**
 * The bytes that each token stands for, of a byte-level tokenizer. Decoding through this table
 * costs an array copy, so it may run on the engine's thread.
 */
public final class Vocabulary {
  private static final byte[] NOTHING = new byte[0];

  private final byte[][] bytes;
  private final BitSet special = new BitSet();
  private final BitSet added = new BitSet();

  private Vocabulary(int size) {
    bytes = new byte[size][];
  }

  /**
   * Reads {@code tokenizer.json}.
   *
   * @throws TextException when the file is ill-formed or not byte-level
   */
  public static Vocabulary read(Path tokenizerJson) {
    JsonNode root;
    try {
      root = new ObjectMapper().readTree(tokenizerJson.toFile());
    } catch (IOException e) {
      throw new TextException(tokenizerJson + " is not JSON: copy the revision again", e);
    }
    if (!isByteLevel(root.path("decoder"))) {
      throw new TextException(
          "the decoder in "
              + tokenizerJson
              + " is "
              + root.path("decoder").path("type")
              + "; supported is ByteLevel");
    }
    JsonNode tokens = root.path("model").path("vocab");
    JsonNode added = root.path("added_tokens");
    int size = 0;
    for (JsonNode id : tokens) {
      size = Math.max(size, id.asInt() + 1);
    }
    for (JsonNode token : added) {
      size = Math.max(size, token.path("id").asInt() + 1);
    }
    Vocabulary vocabulary = new Vocabulary(size);
    tokens
        .properties()
        .forEach(entry -> vocabulary.bytes[entry.getValue().asInt()] = decode(entry.getKey()));
    for (JsonNode token : added) {
      int id = token.path("id").asInt();
      vocabulary.bytes[id] = token.path("content").asText().getBytes(StandardCharsets.UTF_8);
      vocabulary.special.set(id, token.path("special").asBoolean());
      vocabulary.added.set(id);
    }
    return vocabulary;
  }

  private static boolean isByteLevel(JsonNode decoder) {
    if (decoder.path("type").asText().equals("ByteLevel")) {
      return true;
    }
    for (JsonNode part : decoder.path("decoders")) {
      if (isByteLevel(part)) {
        return true;
      }
    }
    return false;
  }

  public int size() {
    return bytes.length;
  }

  /** A token's bytes; none for special tokens and numbers outside the vocabulary. */
  public byte[] bytes(int token) {
    if (token < 0 || token >= bytes.length || special.get(token) || bytes[token] == null) {
      return NOTHING;
    }
    return bytes[token];
  }

  /**
   * Whether a token was added to the byte-level vocabulary: marks such as {@code <think>}, which a
   * text never holds unless the mark itself is meant.
   */
  public boolean added(int token) {
    return added.get(token);
  }

  /** How a token is spelled, special ones too; empty for numbers outside the vocabulary. */
  public byte[] spelling(int token) {
    return token < 0 || token >= bytes.length || bytes[token] == null ? NOTHING : bytes[token];
  }

  /**
   * Undoes GPT-2's printable spelling of bytes: the 188 printable Latin-1 characters stand for
   * themselves, the others for U+0100 onwards in order.
   */
  private static byte[] decode(String token) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(token.length());
    for (int i = 0; i < token.length(); i++) {
      int value = ByteSpelling.byteOf(token.charAt(i));
      if (value < 0) {
        return token.getBytes(StandardCharsets.UTF_8);
      }
      out.write(value);
    }
    return out.toByteArray();
  }

  /** The table of {@code bytes_to_unicode} in GPT-2's encoder. */
  private static final class ByteSpelling {
    private static final int[] BYTES = new int[512];

    static {
      java.util.Arrays.fill(BYTES, -1);
      int next = 256;
      for (int b = 0; b < 256; b++) {
        boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
        BYTES[printable ? b : next++] = b;
      }
    }

    static int byteOf(char c) {
      return c < BYTES.length ? BYTES[c] : -1;
    }
  }
}
