package io.zonefleet.inference.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The identity of a revision's bytes: {@code sha256:} and the SHA-256 of the text that {@code find
 * . -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum} prints in its folder.
 */
public final class ModelDigest {
  private static final int BUFFER_BYTES = 1 << 20;

  private ModelDigest() {}

  /**
   * Reads every file of the folder once.
   *
   * @throws ModelLoadException when a file cannot be read
   */
  public static String of(Path folder) {
    try (Stream<Path> walk = Files.walk(folder)) {
      List<String> names =
          walk.filter(Files::isRegularFile)
              .map(file -> folder.relativize(file).toString())
              .sorted(ModelDigest::byBytes)
              .toList();
      StringBuilder text = new StringBuilder();
      for (String name : names) {
        text.append(hash(folder.resolve(name))).append("  ").append(name).append('\n');
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
      return "sha256:" + HexFormat.of().formatHex(sha256().digest(bytes));
    } catch (IOException e) {
      throw new ModelLoadException("The model folder " + folder + " cannot be read: " + e, e);
    }
  }

  /** {@code LC_ALL=C sort} compares bytes as unsigned numbers. */
  private static int byBytes(String a, String b) {
    return Arrays.compareUnsigned(
        a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
  }

  private static String hash(Path file) throws IOException {
    MessageDigest digest = sha256();
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    try (FileChannel channel = FileChannel.open(file)) {
      while (channel.read(buffer) >= 0) {
        digest.update(buffer.flip());
        buffer.clear();
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
