package io.zonefleet.inference.model;

import io.zonefleet.inference.ort.ElementType;
import io.zonefleet.inference.ort.TensorInfo;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a graph takes its key-value cache, read from its inputs and outputs.
 *
 * <p>Supported is the layout of onnxruntime-genai's model builder: {@code input_ids}, {@code
 * attention_mask} and a GroupQueryAttention cache of {@code [batch, kv_heads, tokens, head]} per
 * layer that may be updated in place.
 *
 * @param logitsType element type of {@code logits}
 */
public record GraphLayout(
    int layers,
    int kvHeads,
    int headSize,
    int vocabularySize,
    ElementType cacheType,
    ElementType logitsType) {
  private static final String SUPPORTED =
      "supported is the layout of onnxruntime-genai's model builder (input_ids, attention_mask,"
          + " past_key_values.N.key/value of equal shape, GroupQueryAttention updated in place)";
  private static final Pattern PAST = Pattern.compile("past_key_values\\.(\\d+)\\.(key|value)");

  /**
   * @throws ModelLoadException when the graph has another layout, naming what is supported
   */
  public static GraphLayout of(List<TensorInfo> inputs, List<TensorInfo> outputs) {
    int layers = 0;
    TensorInfo cache = null;
    for (TensorInfo input : inputs) {
      Matcher past = PAST.matcher(input.name());
      if (past.matches()) {
        layers = Math.max(layers, Integer.parseInt(past.group(1)) + 1);
        cache = cache == null ? input : same(cache, input);
      } else if (!input.name().equals("input_ids") && !input.name().equals("attention_mask")) {
        throw unsupported("it has an input " + input.name());
      }
    }
    if (cache == null) {
      throw unsupported("it has no past_key_values inputs");
    }
    if (cache.shape().size() != 4 || cache.dim(1) < 1 || cache.dim(3) < 1) {
      throw unsupported(cache.name() + " has shape " + cache.shape());
    }
    if (inputs.size() != 2 * layers + 2) {
      throw unsupported("it has " + inputs.size() + " inputs for " + layers + " layers");
    }
    for (int layer = 0; layer < layers; layer++) {
      for (String kind : List.of("key", "value")) {
        String present = "present." + layer + "." + kind;
        if (find(outputs, present).isEmpty()) {
          throw unsupported("it has no output " + present);
        }
      }
    }
    TensorInfo logits =
        find(outputs, "logits").orElseThrow(() -> unsupported("it has no output logits"));
    if (logits.shape().size() != 3 || logits.dim(2) < 1) {
      throw unsupported("logits has shape " + logits.shape());
    }
    if (logits.type() != ElementType.FLOAT && logits.type() != ElementType.FLOAT16) {
      throw unsupported("logits is " + logits.type());
    }
    return new GraphLayout(
        layers,
        (int) cache.dim(1),
        (int) cache.dim(3),
        (int) logits.dim(2),
        cache.type(),
        logits.type());
  }

  /** Bytes that one token's keys take in one layer; its values take as many. */
  public long bytesPerTokenAndLayer() {
    return (long) kvHeads * headSize * cacheType.bytes();
  }

  private static TensorInfo same(TensorInfo first, TensorInfo other) {
    if (other.type() != first.type() || !other.shape().equals(first.shape())) {
      throw unsupported(
          first.name()
              + " has shape "
              + first.shape()
              + " and "
              + other.name()
              + " has "
              + other.shape());
    }
    return first;
  }

  private static Optional<TensorInfo> find(List<TensorInfo> all, String name) {
    return all.stream().filter(info -> info.name().equals(name)).findFirst();
  }

  private static ModelLoadException unsupported(String why) {
    return new ModelLoadException(
        "The graph's layout is not supported: " + why + "; " + SUPPORTED + ".");
  }
}
