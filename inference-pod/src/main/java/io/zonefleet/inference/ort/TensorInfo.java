package io.zonefleet.inference.ort;

import java.util.List;

/**
 * One input or output of a graph.
 *
 * @param shape one entry per dimension; -1 where the graph leaves it open
 */
public record TensorInfo(String name, ElementType type, List<Long> shape) {
  public TensorInfo {
    shape = List.copyOf(shape);
  }

  /** The size of dimension {@code i}, -1 when open. */
  public long dim(int i) {
    return shape.get(i);
  }
}
