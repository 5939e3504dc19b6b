package io.zonefleet.inference.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who may send requests: the SHA-256 of each client's key, and no key itself. How long a look-up
 * takes says nothing of how much of a key was right, nor whose it nearly was. Immutable.
 */
public final class ApiKeys {
  /** Nobody may. */
  public static final ApiKeys NONE = new ApiKeys(List.of());

  private record Entry(String client, byte[] digest) {}

  private final List<Entry> entries;

  private ApiKeys(List<Entry> entries) {
    this.entries = List.copyOf(entries);
  }

  /**
   * @param keyByClient where two clients have the same key, it is the first one's by name
   */
  public static ApiKeys of(Map<String, String> keyByClient) {
    List<Entry> entries = new ArrayList<>();
    new TreeMap<>(keyByClient)
        .forEach((client, key) -> entries.add(new Entry(client, digest(key))));
    return new ApiKeys(entries);
  }

  /** Whose key this is; empty for nobody's. Compares with every key there is. */
  public Optional<String> client(String key) {
    byte[] digest = digest(key);
    String found = null;
    for (Entry entry : entries.reversed()) {
      found = MessageDigest.isEqual(digest, entry.digest()) ? entry.client() : found;
    }
    return Optional.ofNullable(found);
  }

  public int count() {
    return entries.size();
  }

  private static byte[] digest(String key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
