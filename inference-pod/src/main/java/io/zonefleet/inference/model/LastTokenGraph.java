package io.zonefleet.inference.model;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A graph that computes the logits of each row's last token only. The head is a large part of a
 * small model (27 % of Qwen2-0.5B), and of a prompt only the last token's logits are ever read.
 *
 * <p>Before the head goes one {@code Gather} of the last position. Numbers of fields are those of
 * {@code onnx.proto3}.
 */
public final class LastTokenGraph {
  /** Larger files hold their weights themselves, which would have to be copied. */
  private static final long MOST_BYTES = 64L << 20;

  private static final Set<String> HEADS = Set.of("MatMul", "MatMulNBits");

  private static final int GRAPH = 7;
  private static final int NODE = 1;
  private static final int INITIALIZER = 5;
  private static final String GATHERED = "zonefleet.last_hidden";
  private static final String INDEX = "zonefleet.last";

  /** Where a message's tag begins, and its bytes. */
  private record Span(long tag, long from, long to) {}

  /** The node that computes logits, and its first input, {@code [batch, tokens, width]}. */
  private record Head(Span span, String input, Span inputAt) {}

  private final Wire wire;
  private final MemorySegment bytes;
  private Span graph;
  private Head head;

  private LastTokenGraph(MemorySegment bytes) {
    this.bytes = bytes;
    this.wire = new Wire(bytes);
  }

  /**
   * The file's contents, changed so that logits are {@code [batch, 1, vocabulary]}; empty where
   * they come from no matrix, the file holds much of the weights itself, or is no ONNX model (which
   * ONNX Runtime says better).
   */
  public static Optional<byte[]> of(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        return Optional.empty();
      }
      LastTokenGraph graph = new LastTokenGraph(MemorySegment.ofArray(Files.readAllBytes(file)));
      graph.read();
      return graph.changed();
    } catch (IOException | IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private void read() {
    wire.fields(
        0,
        bytes.byteSize(),
        (number, tag, from, to) -> {
          if (number == GRAPH) {
            graph = new Span(tag, from, to);
            wire.fields(from, to, this::node);
          }
        });
  }

  private void node(int number, long tag, long from, long to) {
    if (number != NODE) {
      return;
    }
    List<Span> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    String[] type = {""};
    wire.fields(
        from,
        to,
        (part, start, begin, end) -> {
          switch (part) {
            case 1 -> inputs.add(new Span(start, begin, end));
            case 2 -> outputs.add(wire.text(begin, end));
            case 4 -> type[0] = wire.text(begin, end);
            default -> {}
          }
        });
    if (outputs.contains("logits") && HEADS.contains(type[0])) {
      Span input = inputs.getFirst();
      head = new Head(new Span(tag, from, to), wire.text(input.from(), input.to()), input);
    }
  }

  private Optional<byte[]> changed() {
    if (head == null) {
      return Optional.empty();
    }
    Message body = new Message();
    body.copy(head.span().from(), head.inputAt().tag());
    body.text(1, GATHERED);
    body.copy(head.inputAt().to(), head.span().to());
    Message changed = new Message();
    changed.copy(graph.from(), head.span().tag());
    changed.message(NODE, gather(head.input()));
    changed.message(NODE, body);
    changed.copy(head.span().to(), graph.to());
    changed.message(INITIALIZER, index());
    Message model = new Message();
    model.copy(0, graph.tag());
    model.message(GRAPH, changed);
    model.copy(graph.to(), bytes.byteSize());
    return Optional.of(model.out.toByteArray());
  }

  private Message gather(String hidden) {
    Message axis = new Message().text(1, "axis").number(3, 1).number(20, 2);
    return new Message()
        .text(1, hidden)
        .text(1, INDEX)
        .text(2, GATHERED)
        .text(3, GATHERED)
        .text(4, "Gather")
        .message(5, axis);
  }

  /** One 64-bit integer, -1. */
  private Message index() {
    Message tensor = new Message().number(1, 1).number(2, 7).text(8, INDEX);
    Message raw = new Message();
    for (int i = 0; i < Long.BYTES; i++) {
      raw.out.write(0xFF);
    }
    return tensor.message(9, raw);
  }

  /** A protobuf message being written. */
  private final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private void varint(long value) {
      long rest = value;
      while ((rest & ~0x7FL) != 0) {
        out.write((int) (rest & 0x7F | 0x80));
        rest >>>= 7;
      }
      out.write((int) rest);
    }

    Message number(int field, long value) {
      varint((long) field << 3);
      varint(value);
      return this;
    }

    Message message(int field, Message value) {
      varint((long) field << 3 | 2);
      varint(value.out.size());
      out.writeBytes(value.out.toByteArray());
      return this;
    }

    Message text(int field, String value) {
      Message text = new Message();
      text.out.writeBytes(value.getBytes(StandardCharsets.UTF_8));
      return message(field, text);
    }

    /** Bytes of the file as they are. */
    void copy(long from, long to) {
      out.writeBytes(bytes.asSlice(from, to - from).toArray(JAVA_BYTE));
    }
  }
}
