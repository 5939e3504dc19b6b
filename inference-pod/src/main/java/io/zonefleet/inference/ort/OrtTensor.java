package io.zonefleet.inference.ort;

import java.lang.foreign.MemorySegment;

/** A tensor that borrows a {@link Slab}'s memory. */
public final class OrtTensor extends Handle {
  OrtTensor(OrtApi api, MemorySegment pointer) {
    super("the tensor", pointer, api.releaseValue);
  }
}
