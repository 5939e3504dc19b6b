package io.zonefleet.inference.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Encodes text as the model's {@code tokenizer.json} says; thread-safe. */
public final class Tokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final Vocabulary vocabulary;

  private Tokenizer(HuggingFaceTokenizer tokenizer, Vocabulary vocabulary) {
    this.tokenizer = tokenizer;
    this.vocabulary = vocabulary;
  }

  /**
   * @throws TextException when the file is ill-formed or of an unsupported kind
   */
  public static Tokenizer open(Path tokenizerJson) {
    keepAtHome();
    try {
      HuggingFaceTokenizer tokenizer =
          HuggingFaceTokenizer.newInstance(
              tokenizerJson,
              Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
      return new Tokenizer(tokenizer, Vocabulary.read(tokenizerJson));
    } catch (IOException | RuntimeException e) {
      throw e instanceof TextException already
          ? already
          : new TextException(
              "the tokenizer "
                  + tokenizerJson
                  + " cannot be loaded, copy the revision again: "
                  + e.getMessage(),
              e);
    }
  }

  /**
   * DJL must neither download a library nor report its use, and may write to the temporary folder
   * only.
   */
  private static void keepAtHome() {
    String cache = System.getProperty("java.io.tmpdir") + "/zonefleet-djl";
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("RUST_FLAVOR", "cpu");
    System.setProperty("DJL_CACHE_DIR", cache);
    System.setProperty("ENGINE_CACHE_DIR", cache);
  }

  /** The tokens of a text in which special tokens are spelled out. */
  public int[] encode(String text) {
    long[] ids = tokenizer.encode(text, false, false).getIds();
    int[] tokens = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      tokens[i] = (int) ids[i];
    }
    return tokens;
  }

  public Vocabulary vocabulary() {
    return vocabulary;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
