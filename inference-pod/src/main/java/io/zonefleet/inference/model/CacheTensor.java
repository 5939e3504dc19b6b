package io.zonefleet.inference.model;

import io.zonefleet.inference.ort.ElementType;

/**
 * One layer's keys or values in a graph's cache.
 *
 * @param past the input, {@code [batch, heads, tokens, size]}
 * @param present the output, with the run's tokens added
 * @param size elements per head and token
 */
public record CacheTensor(String past, String present, ElementType type, int heads, int size) {
  /** Bytes of one token in one head. */
  public long rowBytes() {
    return (long) size * type.bytes();
  }

  boolean sameShape(CacheTensor other) {
    return type == other.type && heads == other.heads && size == other.size;
  }
}
