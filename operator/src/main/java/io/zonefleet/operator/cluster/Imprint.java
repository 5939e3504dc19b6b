package io.zonefleet.operator.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.operator.fleet.Digest;
import java.util.TreeMap;

/**
 * Tells whether a live object already is what is desired, so that nothing need be sent. Two things
 * must hold: the digest of the desired object, kept in an annotation, is the one that was last
 * applied, so no field was dropped since; and each desired field has its value, so nobody changed
 * it. A wrong "no" costs one request that changes nothing; fields of others do not count.
 */
final class Imprint {
  /** Annotation with the SHA-256 of the object as it was last applied, in hex. */
  static final String ANNOTATION = "zonefleet.io/applied-sha256";

  private static final ObjectMapper JSON = new ObjectMapper();

  private Imprint() {}

  /** A copy of a desired object with the annotation. */
  static HasMetadata mark(HasMetadata desired) {
    var marked = Serialization.clone(desired);
    var annotations = new TreeMap<String, String>();
    if (desired.getMetadata().getAnnotations() != null) {
      annotations.putAll(desired.getMetadata().getAnnotations());
    }
    annotations.put(ANNOTATION, Digest.of(desired));
    marked.getMetadata().setAnnotations(annotations);
    return marked;
  }

  /** Whether a live object carries all that a {@link #mark marked} desired one asks for. */
  static boolean holds(HasMetadata live, HasMetadata desired) {
    return covers(tree(live), tree(desired));
  }

  private static boolean covers(JsonNode live, JsonNode desired) {
    if (live == null) {
      return false;
    }
    if (desired.isObject()) {
      return desired.properties().stream()
          .allMatch(field -> covers(live.get(field.getKey()), field.getValue()));
    }
    // others may add elements to lists of objects, such as sidecars; lists of words are one value
    if (desired.isArray() && !desired.isEmpty() && desired.get(0).isObject()) {
      for (var wanted : desired) {
        if (live.valueStream().noneMatch(element -> covers(element, wanted))) {
          return false;
        }
      }
      return true;
    }
    return live.equals(desired);
  }

  private static JsonNode tree(HasMetadata object) {
    try {
      return JSON.readTree(Serialization.asJson(object));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot read " + object.getMetadata().getName(), e);
    }
  }
}
