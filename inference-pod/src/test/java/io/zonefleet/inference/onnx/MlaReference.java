package io.zonefleet.inference.onnx;

import static io.zonefleet.inference.onnx.MlaWeights.CACHE_RANK;
import static io.zonefleet.inference.onnx.MlaWeights.CHOSEN;
import static io.zonefleet.inference.onnx.MlaWeights.DENSE_LAYERS;
import static io.zonefleet.inference.onnx.MlaWeights.EXPERTS;
import static io.zonefleet.inference.onnx.MlaWeights.HEADS;
import static io.zonefleet.inference.onnx.MlaWeights.KEY;
import static io.zonefleet.inference.onnx.MlaWeights.LAYERS;
import static io.zonefleet.inference.onnx.MlaWeights.NOPE;
import static io.zonefleet.inference.onnx.MlaWeights.ROPE;
import static io.zonefleet.inference.onnx.MlaWeights.VALUE;
import static io.zonefleet.inference.onnx.MlaWeights.WIDTH;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * DeepSeek-V3's forward pass in plain loops and doubles, token by token, after the formulas of
 * DeepSeek-V2's report (arXiv 2405.04434, section 2.1). It shares nothing with the graph but the
 * weights.
 */
public final class MlaReference {
  private final MlaWeights weights;

  public MlaReference(MlaWeights weights) {
    this.weights = weights;
  }

  /** The logits after each token of a sequence. */
  public double[][] logits(int[] tokens) {
    double[][] x = new double[tokens.length][];
    for (int t = 0; t < tokens.length; t++) {
      x[t] = new double[WIDTH];
      for (int i = 0; i < WIDTH; i++) {
        x[t][i] = weights.get("embedding")[tokens[t] * WIDTH + i];
      }
    }
    for (int layer = 0; layer < LAYERS; layer++) {
      attention(layer, x);
      for (double[] row : x) {
        double[] normed = normed(row, layer + ".mlp_norm");
        add(row, 1, layer < DENSE_LAYERS ? mlp(normed, layer + ".") : experts(normed, layer + "."));
      }
    }
    return Arrays.stream(x).map(row -> times(normed(row, "norm"), "head")).toArray(double[][]::new);
  }

  private void attention(int layer, double[][] x) {
    String at = layer + ".";
    double[][][] keys = new double[x.length][HEADS][];
    double[][][] values = new double[x.length][HEADS][];
    for (int t = 0; t < x.length; t++) {
      double[] n = normed(x[t], at + "attention_norm");
      double[] query = times(normed(times(n, at + "q_a"), at + "q_norm"), at + "q_b");
      double[] latent = times(n, at + "kv_a");
      double[] compressed = Arrays.copyOf(latent, CACHE_RANK);
      double[] keyValue = times(normed(compressed, at + "kv_norm"), at + "kv_b");
      double[] joined = new double[HEADS * VALUE];
      for (int head = 0; head < HEADS; head++) {
        int from = head * (NOPE + VALUE);
        keys[t][head] = Arrays.copyOf(Arrays.copyOfRange(keyValue, from, from + NOPE), KEY);
        System.arraycopy(rotated(latent, CACHE_RANK, t), 0, keys[t][head], NOPE, ROPE);
        values[t][head] = Arrays.copyOfRange(keyValue, from + NOPE, from + NOPE + VALUE);
        double[] q = Arrays.copyOfRange(query, head * KEY, (head + 1) * KEY);
        System.arraycopy(rotated(q, NOPE, t), 0, q, NOPE, ROPE);
        double[] scores = new double[t + 1];
        for (int s = 0; s <= t; s++) {
          for (int i = 0; i < KEY; i++) {
            scores[s] += q[i] * keys[s][head][i] / Math.sqrt(KEY);
          }
        }
        softmax(scores);
        for (int s = 0; s <= t; s++) {
          for (int i = 0; i < VALUE; i++) {
            joined[head * VALUE + i] += scores[s] * values[s][head][i];
          }
        }
      }
      add(x[t], 1, times(joined, at + "o"));
    }
  }

  /** Turns each pair of neighbours by its angle; first elements come out before second ones. */
  private static double[] rotated(double[] x, int from, int position) {
    double[] out = new double[ROPE];
    for (int pair = 0; pair < ROPE / 2; pair++) {
      double angle = position * MlaWeights.frequency(pair);
      double a = x[from + 2 * pair];
      double b = x[from + 2 * pair + 1];
      out[pair] = a * Math.cos(angle) - b * Math.sin(angle);
      out[ROPE / 2 + pair] = b * Math.cos(angle) + a * Math.sin(angle);
    }
    return out;
  }

  private double[] mlp(double[] x, String at) {
    double[] gate = times(x, at + "gate");
    double[] up = times(x, at + "up");
    for (int i = 0; i < gate.length; i++) {
      gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
    }
    return times(gate, at + "down");
  }

  private double[] experts(double[] x, String at) {
    double[] scores = times(x, at + "router");
    softmax(scores);
    double[] sum = mlp(x, at + "shared.");
    IntStream.range(0, EXPERTS)
        .boxed()
        .sorted(Comparator.comparing(expert -> -scores[expert]))
        .limit(CHOSEN)
        .forEach(expert -> add(sum, scores[expert], mlp(x, at + expert + ".")));
    return sum;
  }

  private double[] normed(double[] x, String name) {
    double squares = Arrays.stream(x).map(v -> v * v).average().orElseThrow();
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      out[i] = x[i] / Math.sqrt(squares + MlaWeights.EPSILON) * weights.get(name)[i];
    }
    return out;
  }

  private double[] times(double[] x, String name) {
    float[] matrix = weights.get(name);
    double[] out = new double[matrix.length / x.length];
    for (int row = 0; row < x.length; row++) {
      for (int column = 0; column < out.length; column++) {
        out[column] += x[row] * matrix[row * out.length + column];
      }
    }
    return out;
  }

  private static void add(double[] to, double weight, double[] what) {
    for (int i = 0; i < to.length; i++) {
      to[i] += weight * what[i];
    }
  }

  private static void softmax(double[] scores) {
    double max = Arrays.stream(scores).max().orElseThrow();
    double sum = 0;
    for (int i = 0; i < scores.length; i++) {
      scores[i] = Math.exp(scores[i] - max);
      sum += scores[i];
    }
    for (int i = 0; i < scores.length; i++) {
      scores[i] /= sum;
    }
  }
}
