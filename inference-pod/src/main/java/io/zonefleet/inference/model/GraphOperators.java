package io.zonefleet.inference.model;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
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
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final MemorySegment file;
  private final Set<String> found = new TreeSet<>();

  private GraphOperators(MemorySegment file) {
    this.file = file;
  }

  /**
   * @throws ModelLoadException when the file is not an ONNX model or ends too early
   */
  public static Set<String> of(Path graph) {
    try (FileChannel channel = FileChannel.open(graph);
        Arena arena = Arena.ofConfined()) {
      GraphOperators reader =
          new GraphOperators(channel.map(MapMode.READ_ONLY, 0, channel.size(), arena));
      reader.model();
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

  /** Hears of one field: its number, and its bytes' place if it has any. */
  private interface Field {
    void at(int number, long from, long to);
  }

  private void model() {
    fields(
        0,
        file.byteSize(),
        (number, from, to) -> {
          if (number == 7) {
            fields(from, to, this::graph);
          }
        });
  }

  private void graph(int number, long from, long to) {
    if (number == 1) {
      String[] name = {"", ""};
      fields(
          from,
          to,
          (part, begin, end) -> {
            if (part == 4 || part == 7) {
              name[part == 4 ? 0 : 1] = text(begin, end);
            }
          });
      found.add(name[1].isEmpty() ? name[0] : name[1] + ":" + name[0]);
    }
  }

  /** Protobuf's wire format: a tag of number and kind before each field. */
  private void fields(long begin, long end, Field field) {
    long at = begin;
    while (at < end) {
      long tag = varint(at);
      at += length(at);
      int number = (int) (tag >>> 3);
      switch ((int) (tag & 7)) {
        case VARINT -> at += length(at);
        case FIXED64 -> at += 8;
        case FIXED32 -> at += 4;
        case BYTES -> {
          long size = varint(at);
          at += length(at);
          if (size < 0 || size > end - at) {
            throw new IndexOutOfBoundsException("field " + number + " has " + size + " bytes");
          }
          field.at(number, at, at + size);
          at += size;
        }
        default -> throw new IndexOutOfBoundsException("field " + number + " is of no known kind");
      }
    }
  }

  private long varint(long at) {
    long value = 0;
    for (int i = 0; i < length(at); i++) {
      value |= (long) (file.get(JAVA_BYTE, at + i) & 0x7F) << 7 * i;
    }
    return value;
  }

  private int length(long at) {
    for (int i = 0; i < 10; i++) {
      if (file.get(JAVA_BYTE, at + i) >= 0) {
        return i + 1;
      }
    }
    throw new IndexOutOfBoundsException("a number has more than 10 bytes");
  }

  private String text(long from, long to) {
    return new String(file.asSlice(from, to - from).toArray(JAVA_BYTE), StandardCharsets.UTF_8);
  }
}
