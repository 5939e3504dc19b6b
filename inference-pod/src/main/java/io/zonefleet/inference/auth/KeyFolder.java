package io.zonefleet.inference.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder with a file for each client: its name is the client's, its content the client's key,
 * blanks around it aside. The kubelet makes such a folder of a Secret, and changes it in one step
 * by turning the link {@code ..data} to another folder.
 */
public final class KeyFolder {
  /** A key that may be guessed keeps nobody out; one that is longer does not fit in a header. */
  private static final Pattern KEY = Pattern.compile("[!-~]{16,512}");

  /** As the keys of a Secret are spelled. */
  private static final Pattern CLIENT = Pattern.compile("[-._A-Za-z0-9]{1,253}");

  private static final int LARGEST_FILE = 4096;

  /** A folder that is replaced while it is read is read again. */
  private static final int TRIES = 3;

  private final Path folder;

  /**
   * What the folder holds.
   *
   * @param problems sentences that name files and no keys; a file with a problem lets nobody in
   */
  public record Content(ApiKeys keys, List<String> problems) {
    public Content {
      problems = List.copyOf(problems);
    }
  }

  public KeyFolder(Path folder) {
    this.folder = folder;
  }

  /** Reads the folder; one that is missing, empty or cannot be read lets nobody in. */
  public Content read() {
    Exception last = null;
    for (int tries = 0; tries < TRIES; tries++) {
      try {
        return content();
      } catch (IOException | RuntimeException e) {
        last = e;
      }
    }
    return new Content(ApiKeys.NONE, List.of("the folder cannot be read: " + last));
  }

  private Content content() throws IOException {
    Map<String, String> keyByClient = new TreeMap<>();
    Set<String> seen = new HashSet<>();
    List<String> problems = new ArrayList<>();
    Path state = state();
    for (Path file : files(state)) {
      String client = file.getFileName().toString();
      String key = key(file);
      if (!KEY.matcher(key).matches()) {
        problems.add("the key of " + client + " is not 16 to 512 printable ASCII characters");
      } else {
        keyByClient.put(client, key);
        if (!seen.add(key)) {
          problems.add("the key of " + client + " is another client's, too");
        }
      }
    }
    // what the kubelet has turned away from it deletes, file by file
    if (!state().equals(state)) {
      throw new IOException("it was changed while it was read");
    }
    if (keyByClient.isEmpty()) {
      problems.add("there is no key");
    }
    return new Content(ApiKeys.of(keyByClient), problems);
  }

  /** The folder that {@code ..data} leads to at the moment; without one, the folder itself. */
  private Path state() throws IOException {
    Path data = folder.resolve("..data");
    return Files.exists(data) ? data.toRealPath() : folder.toRealPath();
  }

  private static List<Path> files(Path state) throws IOException {
    try (Stream<Path> files = Files.list(state)) {
      return files
          .filter(file -> !file.getFileName().toString().startsWith(".."))
          .filter(file -> CLIENT.matcher(file.getFileName().toString()).matches())
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    }
  }

  /** Empty for a file that is too large to hold a key. */
  private static String key(Path file) throws IOException {
    return Files.size(file) > LARGEST_FILE
        ? ""
        // any byte is a character here, so that binary content is told apart, not thrown at
        : new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip();
  }
}
