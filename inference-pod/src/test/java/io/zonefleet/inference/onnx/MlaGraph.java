package io.zonefleet.inference.onnx;

import static io.zonefleet.inference.onnx.MlaWeights.CACHE_RANK;
import static io.zonefleet.inference.onnx.MlaWeights.CHOSEN;
import static io.zonefleet.inference.onnx.MlaWeights.DENSE;
import static io.zonefleet.inference.onnx.MlaWeights.DENSE_LAYERS;
import static io.zonefleet.inference.onnx.MlaWeights.EPSILON;
import static io.zonefleet.inference.onnx.MlaWeights.EXPERT;
import static io.zonefleet.inference.onnx.MlaWeights.EXPERTS;
import static io.zonefleet.inference.onnx.MlaWeights.HEADS;
import static io.zonefleet.inference.onnx.MlaWeights.KEY;
import static io.zonefleet.inference.onnx.MlaWeights.LAYERS;
import static io.zonefleet.inference.onnx.MlaWeights.NOPE;
import static io.zonefleet.inference.onnx.MlaWeights.QUERY_RANK;
import static io.zonefleet.inference.onnx.MlaWeights.ROPE;
import static io.zonefleet.inference.onnx.MlaWeights.VALUE;
import static io.zonefleet.inference.onnx.MlaWeights.VOCABULARY;
import static io.zonefleet.inference.onnx.MlaWeights.WIDTH;

import io.zonefleet.inference.onnx.OnnxGraph.Attribute;
import java.util.List;

/**
 * A DeepSeek-V3-shaped graph with the inputs and outputs of Optimum's export: position_ids, plain
 * MatMul and Softmax, past and present concatenated.
 */
public final class MlaGraph {
  private static final String BATCH = "batch_size";
  private static final String TOKENS = "sequence_length";
  private static final String PAST = "past_sequence_length";
  private static final String TOTAL = "past_sequence_length + sequence_length";

  private final OnnxGraph graph = new OnnxGraph();
  private final MlaWeights weights;
  private String cos;
  private String sin;
  private String bias;

  private MlaGraph(MlaWeights weights) {
    this.weights = weights;
  }

  /** The model's file. */
  public static byte[] of(MlaWeights weights) {
    return new MlaGraph(weights).build();
  }

  private byte[] build() {
    graph.input("input_ids", OnnxGraph.INT64, BATCH, TOKENS);
    graph.input("attention_mask", OnnxGraph.INT64, BATCH, TOTAL);
    graph.input("position_ids", OnnxGraph.INT64, BATCH, TOKENS);
    rotation();
    bias = bias();
    String x = node("Gather", matrix("embedding", VOCABULARY, WIDTH), "input_ids");
    for (int layer = 0; layer < LAYERS; layer++) {
      String at = layer + ".";
      x = node("Add", x, attention(layer, normed(x, at + "attention_norm", WIDTH)));
      String n = normed(x, at + "mlp_norm", WIDTH);
      x = node("Add", x, layer < DENSE_LAYERS ? mlp(n, at, DENSE) : experts(n, at));
    }
    String last = normed(x, "norm", WIDTH);
    String head = matrix("head", WIDTH, VOCABULARY);
    graph.node("MatMul", List.of(last, head), List.of("logits"));
    graph.output("logits", OnnxGraph.FLOAT, BATCH, TOKENS, (long) VOCABULARY);
    for (int layer = 0; layer < LAYERS; layer++) {
      cache(layer, "key", KEY);
      cache(layer, "value", VALUE);
    }
    return graph.model();
  }

  private void cache(int layer, String kind, long size) {
    String name = layer + "." + kind;
    graph.input("past_key_values." + name, OnnxGraph.FLOAT, BATCH, (long) HEADS, PAST, size);
    graph.output("present." + name, OnnxGraph.FLOAT, BATCH, (long) HEADS, TOTAL, size);
  }

  private String node(String type, String... inputs) {
    return graph.node(type, List.of(inputs));
  }

  private String matrix(String name, long rows, long columns) {
    return graph.floats(weights.get(name), rows, columns);
  }

  private String project(String x, String name, long rows, long columns) {
    return node("MatMul", x, matrix(name, rows, columns));
  }

  /** Root mean square norm, decomposed as PyTorch's exporter does. */
  private String normed(String x, String name, long size) {
    String mean =
        graph.node(
            "ReduceMean", List.of(node("Mul", x, x), graph.ints(-1)), Attribute.of("keepdims", 1));
    String root = node("Sqrt", node("Add", mean, graph.scalar(EPSILON)));
    return node("Mul", node("Div", x, root), graph.floats(weights.get(name), size));
  }

  /** Cosine and sine of each token's position, {@code [batch, 1, tokens, ROPE]}. */
  private void rotation() {
    float[] frequencies = new float[ROPE / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = (float) MlaWeights.frequency(i);
    }
    String position =
        graph.node("Cast", List.of("position_ids"), Attribute.of("to", OnnxGraph.FLOAT));
    String angle =
        node(
            "Mul",
            node("Unsqueeze", position, graph.ints(2)),
            graph.floats(frequencies, frequencies.length));
    String both = graph.node("Concat", List.of(angle, angle), Attribute.of("axis", -1));
    String perHead = node("Unsqueeze", both, graph.ints(1));
    cos = node("Cos", perHead);
    sin = node("Sin", perHead);
  }

  /** 0 where a token may look, else the least float: later columns, and those that are masked. */
  private String bias() {
    String total = dimension("attention_mask");
    String before = node("Sub", total, dimension("input_ids"));
    String one = graph.scalar(1L);
    String columns = node("Range", graph.scalar(0L), total, one);
    String rows = node("Unsqueeze", node("Range", before, total, one), graph.ints(1));
    String causal = node("LessOrEqual", node("Unsqueeze", columns, graph.ints(0)), rows);
    String masked =
        graph.node(
            "Cast",
            List.of(node("Unsqueeze", "attention_mask", graph.ints(1, 2))),
            Attribute.of("to", OnnxGraph.BOOL));
    return node(
        "Where", node("And", causal, masked), graph.scalar(0f), graph.scalar(-Float.MAX_VALUE));
  }

  private String dimension(String input) {
    return node("Gather", node("Shape", input), graph.scalar(1L));
  }

  /** DeepSeek's rotary embedding: pairs lie side by side and are parted first. */
  private String rotated(String x) {
    String pairs = node("Reshape", x, graph.ints(0, 0, -1, ROPE / 2, 2));
    String parted =
        node(
            "Reshape",
            graph.node("Transpose", List.of(pairs), Attribute.list("perm", 0, 1, 2, 4, 3)),
            graph.ints(0, 0, -1, ROPE));
    List<String> halves = split(parted, ROPE / 2, ROPE / 2);
    String turned =
        graph.node(
            "Concat", List.of(node("Neg", halves.get(1)), halves.get(0)), Attribute.of("axis", -1));
    return node("Add", node("Mul", parted, cos), node("Mul", turned, sin));
  }

  private List<String> split(String x, long first, long second) {
    List<String> parts = List.of(x + "_first", x + "_second");
    graph.node("Split", List.of(x, graph.ints(first, second)), parts, Attribute.of("axis", -1));
    return parts;
  }

  private String heads(String x, long size) {
    return graph.node(
        "Transpose",
        List.of(node("Reshape", x, graph.ints(0, 0, HEADS, size))),
        Attribute.list("perm", 0, 2, 1, 3));
  }

  private String attention(int layer, String x) {
    String at = layer + ".";
    String latentQuery =
        normed(project(x, at + "q_a", WIDTH, QUERY_RANK), at + "q_norm", QUERY_RANK);
    List<String> query =
        split(heads(project(latentQuery, at + "q_b", QUERY_RANK, HEADS * KEY), KEY), NOPE, ROPE);
    List<String> latent =
        split(project(x, at + "kv_a", WIDTH, CACHE_RANK + ROPE), CACHE_RANK, ROPE);
    String normed = normed(latent.get(0), at + "kv_norm", CACHE_RANK);
    List<String> keyValue =
        split(
            heads(project(normed, at + "kv_b", CACHE_RANK, HEADS * (NOPE + VALUE)), NOPE + VALUE),
            NOPE,
            VALUE);
    String sharedKey =
        node(
            "Expand",
            rotated(node("Unsqueeze", latent.get(1), graph.ints(1))),
            graph.ints(1, HEADS, 1, 1));
    String q = concat(-1, query.get(0), rotated(query.get(1)));
    String key = extended(layer, "key", concat(-1, keyValue.get(0), sharedKey));
    String value = extended(layer, "value", keyValue.get(1));
    String keyColumns = graph.node("Transpose", List.of(key), Attribute.list("perm", 0, 1, 3, 2));
    String scale = graph.scalar((float) (1 / Math.sqrt(KEY)));
    String scores = node("Add", node("Mul", node("MatMul", q, keyColumns), scale), bias);
    String mixed =
        node("MatMul", graph.node("Softmax", List.of(scores), Attribute.of("axis", -1)), value);
    String joined =
        node(
            "Reshape",
            graph.node("Transpose", List.of(mixed), Attribute.list("perm", 0, 2, 1, 3)),
            graph.ints(0, 0, HEADS * VALUE));
    return project(joined, at + "o", HEADS * VALUE, WIDTH);
  }

  private String concat(int axis, String first, String second) {
    return graph.node("Concat", List.of(first, second), Attribute.of("axis", axis));
  }

  private String extended(int layer, String kind, String added) {
    String name = layer + "." + kind;
    String present = "present." + name;
    graph.node(
        "Concat",
        List.of("past_key_values." + name, added),
        List.of(present),
        Attribute.of("axis", 2));
    return present;
  }

  private String mlp(String x, String at, long inner) {
    String gate = project(x, at + "gate", WIDTH, inner);
    String up = project(x, at + "up", WIDTH, inner);
    String gated = node("Mul", node("Mul", gate, node("Sigmoid", gate)), up);
    return project(gated, at + "down", inner, WIDTH);
  }

  /** Every expert is computed; the router's weights are zero but for the chosen ones. */
  private String experts(String x, String at) {
    String scores =
        graph.node(
            "Softmax",
            List.of(project(x, at + "router", WIDTH, EXPERTS)),
            Attribute.of("axis", -1));
    String top = scores + "_top";
    String which = scores + "_which";
    graph.node("TopK", List.of(scores, graph.ints(CHOSEN)), List.of(top, which));
    String sparse =
        graph.node(
            "ScatterElements",
            List.of(node("Mul", scores, graph.scalar(0f)), which, top),
            Attribute.of("axis", -1));
    String sum = mlp(x, at + "shared.", EXPERT);
    for (int expert = 0; expert < EXPERTS; expert++) {
      String weight =
          graph.node("Gather", List.of(sparse, graph.ints(expert)), Attribute.of("axis", -1));
      sum = node("Add", sum, node("Mul", weight, mlp(x, at + expert + ".", EXPERT)));
    }
    return sum;
  }
}
