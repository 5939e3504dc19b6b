package io.zonefleet.inference.onnx;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * Random weights of a small DeepSeek-V3: multi-head latent attention whose keys (48) and values
 * (32) differ in size, one dense layer, then mixtures of experts with a shared one.
 */
public final class MlaWeights {
  static final int VOCABULARY = 2048;
  static final int WIDTH = 64;
  static final int LAYERS = 3;
  static final int HEADS = 4;
  static final int NOPE = 32;
  static final int ROPE = 16;
  static final int KEY = NOPE + ROPE;
  static final int VALUE = 32;
  static final int QUERY_RANK = 48;
  static final int CACHE_RANK = 32;
  static final int DENSE = 128;
  static final int EXPERTS = 4;
  static final int CHOSEN = 2;
  static final int EXPERT = 32;
  static final int DENSE_LAYERS = 1;
  static final float EPSILON = 1e-6f;
  static final double THETA = 10_000;

  private final Random random = new Random(3);
  private final Map<String, float[]> all = new HashMap<>();

  public MlaWeights() {
    all.put("embedding", matrix(VOCABULARY, WIDTH, 0.5));
    all.put("norm", scales(WIDTH));
    add("head", WIDTH, VOCABULARY);
    for (int layer = 0; layer < LAYERS; layer++) {
      String at = layer + ".";
      all.put(at + "attention_norm", scales(WIDTH));
      all.put(at + "mlp_norm", scales(WIDTH));
      all.put(at + "q_norm", scales(QUERY_RANK));
      all.put(at + "kv_norm", scales(CACHE_RANK));
      add(at + "q_a", WIDTH, QUERY_RANK);
      add(at + "q_b", QUERY_RANK, HEADS * KEY);
      add(at + "kv_a", WIDTH, CACHE_RANK + ROPE);
      add(at + "kv_b", CACHE_RANK, HEADS * (NOPE + VALUE));
      add(at + "o", HEADS * VALUE, WIDTH);
      if (layer < DENSE_LAYERS) {
        mlp(at, DENSE);
      } else {
        add(at + "router", WIDTH, EXPERTS);
        mlp(at + "shared.", EXPERT);
        for (int expert = 0; expert < EXPERTS; expert++) {
          mlp(at + expert + ".", EXPERT);
        }
      }
    }
  }

  private void mlp(String at, int inner) {
    add(at + "gate", WIDTH, inner);
    add(at + "up", WIDTH, inner);
    add(at + "down", inner, WIDTH);
  }

  private void add(String name, int rows, int columns) {
    all.put(name, matrix(rows, columns, 1 / Math.sqrt(rows)));
  }

  private float[] matrix(int rows, int columns, double deviation) {
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return values;
  }

  private float[] scales(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = 1 + 0.1f * (float) random.nextGaussian();
    }
    return values;
  }

  /** A matrix in rows, {@code [in, out]}, or a vector. */
  float[] get(String name) {
    return all.get(name);
  }

  /** Angle per position of the i-th pair of rotated elements. */
  static double frequency(int pair) {
    return Math.pow(THETA, -pair / (ROPE / 2.0));
  }
}
