package io.zonefleet.operator.fleet;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.TreeMap;

/** SHA-256 of objects and texts, in hex. */
public final class Digest {
  private static final ObjectMapper SORTING =
      JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

  private Digest() {}

  /** Digest of an object of the Kubernetes API, whatever the order of its fields. */
  public static String of(Object object) {
    try {
      var fields = SORTING.readValue(Serialization.asJson(object), TreeMap.class);
      return of(SORTING.writeValueAsString(fields));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("no object of the Kubernetes API: " + object, e);
    }
  }

  /** Digest of a text in UTF-8. */
  public static String of(String text) {
    try {
      var sha256 = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha256.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
