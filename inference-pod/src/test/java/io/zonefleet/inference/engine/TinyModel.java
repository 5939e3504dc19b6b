package io.zonefleet.inference.engine;

import io.zonefleet.inference.model.GraphLayout;
import io.zonefleet.inference.model.GraphOperators;
import io.zonefleet.inference.model.ModelFolder;
import io.zonefleet.inference.ort.OrtEnvironment;
import io.zonefleet.inference.ort.OrtSession;
import io.zonefleet.inference.ort.SessionOptions;
import io.zonefleet.inference.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The tiny model of {@code examples/}, loaded once for the tests of the engine. */
final class TinyModel {
  static final ModelFolder FOLDER =
      ModelFolder.open(Path.of(System.getProperty("zonefleet.model.dir")), "r1");
  static final Tokenizer TOKENIZER = Tokenizer.open(FOLDER.tokenizer());
  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.open("");
  private static final OrtSession SESSION;

  static {
    try (SessionOptions options = new SessionOptions(ENVIRONMENT, 1)) {
      SESSION = OrtSession.load(ENVIRONMENT, options, FOLDER.graph());
    }
  }

  private static final GraphLayout LAYOUT =
      GraphLayout.of(SESSION.inputs(), SESSION.outputs(), GraphOperators.of(FOLDER.graph()));

  private TinyModel() {}

  static InPlaceDecoder decoder(int slots) {
    return decoder(slots, FOLDER.config().contextLength());
  }

  static InPlaceDecoder decoder(int slots, int slotTokens) {
    return decoder(new CacheSize(slots, 0, slotTokens));
  }

  static InPlaceDecoder decoder(CacheSize size) {
    return new InPlaceDecoder(ENVIRONMENT, SESSION, LAYOUT, size);
  }

  static int[] question(String text) {
    return TOKENIZER.encode("<｜begin▁of▁sentence｜><｜User｜>" + text + "<｜Assistant｜><think>\n");
  }

  /** Greedy tokens, each from a run over the whole sequence into an empty slot: no reuse at all. */
  static List<Integer> wholeSequenceRuns(InPlaceDecoder decoder, int[] prompt, int tokens) {
    Sampler sampler = new Sampler(Sampling.GREEDY, new Sampler.Scratch());
    float[] logits = new float[decoder.vocabularySize()];
    List<Integer> generated = new ArrayList<>();
    int[] all = prompt;
    while (generated.size() < tokens) {
      decoder.append(0, all, 0, all.length, logits);
      int next = sampler.next(logits);
      generated.add(next);
      if (FOLDER.config().endTokens().contains(next)) {
        break;
      }
      all = java.util.Arrays.copyOf(all, all.length + 1);
      all[all.length - 1] = next;
    }
    return generated;
  }
}
