package io.zonefleet.inference.model;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * The operators that a graph's nodes use, as {@code domain:type}, or {@code type} for ONNX's own.
 * ONNX Runtime's API does not tell them, so they are read from the file: {@code onnx.proto3}'s
 * ModelProto.graph (7), GraphProto.node (1), NodeProto.op_type (4) and domain (7). Weights are
 * skipped, not read.
 */
public final class GraphOperators {
  private final Wire file;
  private final Set<String> found = new TreeSet<>();

  private GraphOperators(MemorySegment file) {
    this.file = new Wire(file);
  }

  /**
   * @throws ModelLoadException when the file is not an ONNX model or ends too early
   */
  public static Set<String> of(Path graph) {
    try (FileChannel channel = FileChannel.open(graph);
        Arena arena = Arena.ofConfined()) {
      GraphOperators reader =
          new GraphOperators(channel.map(MapMode.READ_ONLY, 0, channel.size(), arena));
      reader.model(channel.size());
      return Set.copyOf(reader.found);
    } catch (IOException | IndexOutOfBoundsException e) {
      throw new ModelLoadException(
          "The graph "
              + graph
              + " is no ONNX model, or is incomplete: copy the revision again. ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  private void model(long size) {
    file.fields(
        0,
        size,
        (number, tag, from, to) -> {
          if (number == 7) {
            file.fields(from, to, this::graph);
          }
        });
  }

  private void graph(int number, long tag, long from, long to) {
    if (number == 1) {
      String[] name = {"", ""};
      file.fields(
          from,
          to,
          (part, start, begin, end) -> {
            if (part == 4 || part == 7) {
              name[part == 4 ? 0 : 1] = file.text(begin, end);
            }
          });
      found.add(name[1].isEmpty() ? name[0] : name[1] + ":" + name[0]);
    }
  }
}
