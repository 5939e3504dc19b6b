package io.zonefleet.inference.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes an ONNX model node by node, in protobuf's wire format as {@code onnx.proto3} has it, so
 * that tests need no Python. Names of values are made up as they come.
 */
public final class OnnxGraph {
  /** {@code TensorProto.DataType}. */
  public static final int FLOAT = 1;

  public static final int INT64 = 7;
  public static final int BOOL = 9;

  private static final int IR_VERSION = 9;
  private static final int OPSET = 18;

  private final Message graph = new Message();
  private int values;

  /** One protobuf message being written. */
  private static final class Message {
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
      varint(field << 3);
      varint(value);
      return this;
    }

    Message bytes(int field, byte[] value) {
      varint(field << 3 | 2);
      varint(value.length);
      out.writeBytes(value);
      return this;
    }

    Message text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Message message(int field, Message value) {
      return bytes(field, value.out.toByteArray());
    }
  }

  /** An attribute of a node, an integer or a list of integers. */
  public record Attribute(String name, boolean list, long... values) {
    public static Attribute of(String name, long value) {
      return new Attribute(name, false, value);
    }

    public static Attribute list(String name, long... values) {
      return new Attribute(name, true, values);
    }
  }

  /** A weight or constant of floats; returns its name. */
  public String floats(float[] data, long... shape) {
    ByteBuffer raw = ByteBuffer.allocate(4 * data.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(data);
    return initializer(FLOAT, raw.array(), shape);
  }

  public String scalar(float value) {
    return floats(new float[] {value});
  }

  /** A one-dimensional constant of integers; returns its name. */
  public String ints(long... data) {
    return initializer(INT64, raw(data), data.length);
  }

  public String scalar(long value) {
    return initializer(INT64, raw(value));
  }

  private static byte[] raw(long... data) {
    ByteBuffer raw = ByteBuffer.allocate(8 * data.length).order(ByteOrder.LITTLE_ENDIAN);
    raw.asLongBuffer().put(data);
    return raw.array();
  }

  private String initializer(int type, byte[] raw, long... shape) {
    String name = "constant_" + values++;
    Message tensor = new Message();
    for (long dim : shape) {
      tensor.number(1, dim);
    }
    graph.message(5, tensor.number(2, type).text(8, name).bytes(9, raw));
    return name;
  }

  /** A node with one output; returns the output's name. */
  public String node(String type, List<String> inputs, Attribute... attributes) {
    String output = type + "_" + values++;
    node(type, inputs, List.of(output), attributes);
    return output;
  }

  /** A node whose outputs have names already. */
  public void node(
      String type, List<String> inputs, List<String> outputs, Attribute... attributes) {
    Message node = new Message();
    inputs.forEach(name -> node.text(1, name));
    outputs.forEach(name -> node.text(2, name));
    node.text(3, "node_" + values++).text(4, type);
    for (Attribute attribute : attributes) {
      Message message = new Message().text(1, attribute.name());
      for (long value : attribute.values()) {
        message.number(attribute.list() ? 8 : 3, value);
      }
      node.message(5, message.number(20, attribute.list() ? 7 : 2));
    }
    graph.message(1, node);
  }

  /**
   * @param shape {@link Long}s, or {@link String}s for dimensions that are open
   */
  public void input(String name, int type, Object... shape) {
    graph.message(11, value(name, type, shape));
  }

  public void output(String name, int type, Object... shape) {
    graph.message(12, value(name, type, shape));
  }

  private static Message value(String name, int type, Object... shape) {
    Message dims = new Message();
    for (Object dim : shape) {
      Message message = new Message();
      dims.message(
          1,
          dim instanceof String open
              ? message.text(2, open)
              : message.number(1, ((Number) dim).longValue()));
    }
    Message tensor = new Message().number(1, type).message(2, dims);
    return new Message().text(1, name).message(2, new Message().message(1, tensor));
  }

  /** The whole model. */
  public byte[] model() {
    graph.text(2, "main_graph");
    Message opset = new Message().text(1, "").number(2, OPSET);
    Message model = new Message().number(1, IR_VERSION).message(7, graph).message(8, opset);
    return model.out.toByteArray();
  }
}
