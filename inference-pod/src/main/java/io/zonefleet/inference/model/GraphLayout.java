package io.zonefleet.inference.model;

import io.zonefleet.inference.ort.ElementType;
import io.zonefleet.inference.ort.TensorInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a decoder graph takes its key-value cache, read from its inputs, outputs and operators; names
 * of models and files play no part.
 *
 * @param kind what the graph does with the cache
 * @param cache keys and values of every layer, in the order of the graph's inputs
 * @param positionIds whether tokens' positions are an input
 * @param vocabularySize width of a row of logits
 * @param lastTokenOnly whether logits are of each row's last token, not of all tokens
 */
public record GraphLayout(
    Kind kind,
    List<CacheTensor> cache,
    boolean positionIds,
    int vocabularySize,
    ElementType logitsType,
    boolean lastTokenOnly) {

  /** What a graph does with its cache. */
  public enum Kind {
    /**
     * GroupQueryAttention, as onnxruntime-genai's model builder writes it: past and present may be
     * one buffer, in which each row's new tokens are written behind its own length.
     */
    IN_PLACE,
    /**
     * Plain attention, as Optimum exports any architecture, DeepSeek-V2 and V3 (MLA) among them:
     * the present is the past with the new tokens concatenated, and keys may differ from values in
     * size.
     */
    CONCATENATED
  }

  private static final String SUPPORTED =
      "supported are inputs input_ids, attention_mask, position_ids (optional) and"
          + " past_key_values.N.key/value with outputs logits and present.N.key/value, either with"
          + " GroupQueryAttention (onnxruntime-genai's model builder) or with plain attention"
          + " (Optimum's export, MLA included)";
  private static final String GQA = "com.microsoft:GroupQueryAttention";
  private static final Pattern FUSED = Pattern.compile("com\\.microsoft:.*Attention");
  private static final Pattern PAST = Pattern.compile("past_key_values\\.(\\d+)\\.(key|value)");

  public GraphLayout {
    cache = List.copyOf(cache);
  }

  /**
   * @param operators as of {@link GraphOperators}
   * @throws ModelLoadException when the graph has another layout, naming what is supported
   */
  public static GraphLayout of(
      List<TensorInfo> inputs, List<TensorInfo> outputs, Set<String> operators) {
    List<CacheTensor> cache = new ArrayList<>();
    boolean positionIds = false;
    for (TensorInfo input : inputs) {
      Matcher past = PAST.matcher(input.name());
      if (past.matches()) {
        cache.add(cacheTensor(input, "present." + past.group(1) + "." + past.group(2), outputs));
      } else if (input.name().equals("position_ids")) {
        positionIds = true;
      } else if (!input.name().equals("input_ids") && !input.name().equals("attention_mask")) {
        throw unsupported("it has an input " + input.name());
      }
    }
    if (cache.isEmpty()) {
      throw unsupported("it has no past_key_values inputs");
    }
    if (inputs.size() != cache.size() + (positionIds ? 3 : 2)) {
      throw unsupported("it lacks input_ids or attention_mask");
    }
    TensorInfo logits = find(outputs, "logits");
    if (logits.shape().size() != 3 || logits.dim(2) < 1) {
      throw unsupported("logits has shape " + logits.shape());
    }
    if (logits.type() != ElementType.FLOAT && logits.type() != ElementType.FLOAT16) {
      throw unsupported("logits is " + logits.type());
    }
    return new GraphLayout(
        kind(cache, operators),
        cache,
        positionIds,
        (int) logits.dim(2),
        logits.type(),
        logits.dim(1) == 1);
  }

  private static Kind kind(List<CacheTensor> cache, Set<String> operators) {
    for (String operator : operators) {
      if (FUSED.matcher(operator).matches() && !operator.equals(GQA)) {
        throw unsupported("it uses the operator " + operator);
      }
    }
    if (!operators.contains(GQA)) {
      return Kind.CONCATENATED;
    }
    for (CacheTensor tensor : cache) {
      if (!tensor.sameShape(cache.getFirst())) {
        throw unsupported(
            "it uses GroupQueryAttention, but "
                + tensor.past()
                + " differs in shape from "
                + cache.getFirst().past());
      }
    }
    return Kind.IN_PLACE;
  }

  private static CacheTensor cacheTensor(
      TensorInfo past, String present, List<TensorInfo> outputs) {
    if (past.shape().size() != 4 || past.dim(1) < 1 || past.dim(3) < 1) {
      throw unsupported(past.name() + " has shape " + past.shape());
    }
    find(outputs, present);
    return new CacheTensor(past.name(), present, past.type(), (int) past.dim(1), (int) past.dim(3));
  }

  private static TensorInfo find(List<TensorInfo> all, String name) {
    return all.stream()
        .filter(info -> info.name().equals(name))
        .findFirst()
        .orElseThrow(() -> unsupported("it has no output " + name));
  }

  private static ModelLoadException unsupported(String why) {
    return new ModelLoadException(
        "The graph's layout is not supported: " + why + "; " + SUPPORTED + ".");
  }
}
