package io.zonefleet.inference.bench;

import io.zonefleet.inference.engine.BatchDecoder;
import io.zonefleet.inference.engine.CacheSize;
import io.zonefleet.inference.model.GraphLayout;
import io.zonefleet.inference.model.GraphOperators;
import io.zonefleet.inference.model.LastTokenGraph;
import io.zonefleet.inference.ort.OrtEnvironment;
import io.zonefleet.inference.ort.OrtSession;
import io.zonefleet.inference.ort.Provider;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What ONNX Runtime itself can do with continuous batching: the decoder in a loop, no queue, no
 * text, no HTTP. {@code bin/bench inference} drives it by lines on standard input.
 *
 * <p>Arguments: the graph, threads, slots, tokens per slot; the provider and ONNX Runtime's library
 * as the pod's environment names them. A line {@code CLIENTS SECONDS} is followed by as many lines
 * {@code PROMPT OUTPUT} of lengths in tokens as are wanted, and an empty one. Each client takes the
 * next lengths when its answer is complete. The answer is one line of JSON.
 */
final class BareLoop {
  /** A request under way; times in nanoseconds. */
  private static final class Row {
    int[] prompt = {};
    int held;
    int made;
    int output;
    int last;
    long sent;
    long first;

    boolean active() {
      return prompt.length > 0;
    }

    boolean prefilling() {
      return active() && held < prompt.length;
    }
  }

  private record Lengths(int prompt, int output) {}

  private final BatchDecoder decoder;
  private final Row[] rows;
  private final float[][] logits;
  private final Random random = new Random(1);
  private final Deque<Long> waiting = new ArrayDeque<>();
  private List<Lengths> lengths = List.of();
  private int next;
  private int answered;
  private long begin;
  private long tokens;
  private final List<Long> ttft = new ArrayList<>();
  private final List<Double> tpot = new ArrayList<>();

  private BareLoop(BatchDecoder decoder) {
    this.decoder = decoder;
    this.rows = new Row[decoder.size().slots()];
    this.logits = new float[rows.length][decoder.vocabularySize()];
  }

  public static void main(String[] args) throws IOException {
    Path graph = Path.of(args[0]);
    CacheSize size = new CacheSize(Integer.parseInt(args[2]), 0, Integer.parseInt(args[3]));
    Provider provider = Provider.parse(System.getenv("ZONEFLEET_PROVIDER"));
    int threads = Integer.parseInt(args[1]);
    try (OrtEnvironment environment = OrtEnvironment.open(System.getenv("ZONEFLEET_ORT_LIBRARY"));
        OrtSession session =
            provider
                .load(environment, graph, LastTokenGraph.of(graph), threads, System.err::println)
                .session()) {
      GraphLayout layout =
          GraphLayout.of(session.inputs(), session.outputs(), GraphOperators.of(graph));
      try (BatchDecoder decoder = BatchDecoder.open(environment, session, layout, size)) {
        serve(new BareLoop(decoder));
      }
    }
  }

  private static void serve(BareLoop loop) throws IOException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    System.out.println("ready");
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] command = line.split(" ");
      List<Lengths> lengths = new ArrayList<>();
      for (String each = in.readLine(); !each.isEmpty(); each = in.readLine()) {
        String[] pair = each.split(" ");
        lengths.add(new Lengths(Integer.parseInt(pair[0]), Integer.parseInt(pair[1])));
      }
      System.out.println(
          loop.run(Integer.parseInt(command[0]), Double.parseDouble(command[1]), lengths));
    }
  }

  private String run(int clients, double seconds, List<Lengths> lengths) {
    this.lengths = lengths;
    next = 0;
    answered = 0;
    begin = 0;
    tokens = 0;
    ttft.clear();
    tpot.clear();
    waiting.clear();
    long start = System.nanoTime();
    long window = (long) (seconds * 1e9);
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new Row();
    }
    for (int i = 0; i < clients; i++) {
      waiting.add(start);
    }
    while (begin == 0 || System.nanoTime() - begin < window) {
      if (begin == 0 && (answered >= clients || System.nanoTime() - start > window / 2)) {
        begin = System.nanoTime();
      }
      admit();
      prefill();
      step();
    }
    double elapsed = (System.nanoTime() - begin) / 1e9;
    return String.format(
        Locale.ROOT,
        "{\"seconds\": %f, \"tokens\": %d, \"requests\": %d, \"ttft\": %s, \"tpot\": %s}",
        elapsed,
        tokens,
        tpot.size(),
        ttft.stream().map(nanos -> nanos / 1e9).toList(),
        tpot);
  }

  private void admit() {
    for (int i = 0; i < rows.length && !waiting.isEmpty(); i++) {
      Row row = rows[i];
      if (!row.active()) {
        Lengths each = lengths.get(next++ % lengths.size());
        row.prompt = random.ints(each.prompt(), 0, 2000).toArray();
        row.output = each.output();
        row.held = 0;
        row.made = 0;
        row.sent = waiting.poll();
      }
    }
  }

  /** As much of prompts as one run takes, as the engine does. */
  private void prefill() {
    int budget = decoder.chunkTokens();
    for (int i = 0; i < rows.length && budget > 1; i++) {
      Row row = rows[i];
      if (row.prefilling()) {
        int added = Math.min(budget, row.prompt.length - row.held);
        decoder.append(i, row.prompt, row.held, row.held + added, logits[i]);
        row.held += added;
        budget -= added;
        if (!row.prefilling()) {
          made(row, logits[i]);
        }
      }
    }
  }

  private void step() {
    int n = 0;
    int[] ids = new int[rows.length];
    int[] held = new int[rows.length];
    boolean[] runs = new boolean[rows.length];
    for (int i = 0; i < rows.length; i++) {
      runs[i] = rows[i].active() && !rows[i].prefilling();
      ids[i] = runs[i] ? rows[i].last : 0;
      held[i] = rows[i].active() ? rows[i].held : 0;
      if (runs[i]) {
        n = i + 1;
      }
    }
    if (n == 0) {
      return;
    }
    decoder.step(n, ids, held, logits);
    for (int i = 0; i < n; i++) {
      if (runs[i]) {
        rows[i].held++;
        made(rows[i], logits[i]);
      }
    }
  }

  private void made(Row row, float[] logits) {
    int best = 0;
    for (int token = 1; token < logits.length; token++) {
      if (logits[token] > logits[best]) {
        best = token;
      }
    }
    row.last = best;
    row.made++;
    long now = System.nanoTime();
    if (row.made == 1) {
      row.first = now;
    }
    if (begin > 0) {
      tokens++;
      if (row.made == 1) {
        ttft.add(now - row.sent);
      }
    }
    if (row.made == row.output) {
      if (begin > 0) {
        tpot.add((now - row.first) / 1e9 / (row.output - 1));
      }
      answered++;
      row.prompt = new int[0];
      waiting.add(now);
    }
  }
}
