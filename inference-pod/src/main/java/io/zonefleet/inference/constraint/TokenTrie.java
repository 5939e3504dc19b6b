package io.zonefleet.inference.constraint;

import java.util.Arrays;
import java.util.List;

/** Tokens by their bytes, as a tree in depth-first order, so that a walk reads memory forwards. */
final class TokenTrie {
  /** A node costs about 5 ns, a step of the grammar at least 0.2 µs. */
  private static final int NODES_PER_STEP = 40;

  private final byte[] label;
  private final int[] depth;
  private final int[] token;
  private final int[] skip;
  private final int deepest;

  /**
   * @param spelled bytes of each token by its number; none of those in {@code tokens} is empty
   * @param tokens numbers
   */
  TokenTrie(byte[][] spelled, List<Integer> tokens) {
    List<Integer> sorted =
        tokens.stream().sorted((a, b) -> Arrays.compareUnsigned(spelled[a], spelled[b])).toList();
    int most = tokens.stream().mapToInt(each -> spelled[each].length + 1).sum();
    byte[] labels = new byte[most];
    int[] depths = new int[most];
    int[] ends = new int[most];
    int n = 0;
    int deep = 0;
    byte[] last = {};
    for (int each : sorted) {
      byte[] bytes = spelled[each];
      int common = Math.max(0, Arrays.mismatch(last, bytes));
      if (Arrays.equals(last, bytes)) {
        // equal tokens follow each other as nodes of the same depth, the second without a subtree
        common = bytes.length - 1;
      }
      for (int i = common; i < bytes.length; i++) {
        labels[n] = bytes[i];
        depths[n] = i;
        ends[n] = -1;
        n++;
      }
      ends[n - 1] = each;
      deep = Math.max(deep, bytes.length);
      last = bytes;
    }
    label = Arrays.copyOf(labels, n);
    depth = Arrays.copyOf(depths, n);
    token = Arrays.copyOf(ends, n);
    skip = new int[n];
    deepest = deep;
    int[] open = new int[deep + 1];
    Arrays.fill(open, -1);
    for (int node = 0; node <= n; node++) {
      int at = node == n ? 0 : depth[node];
      for (int level = at; level < open.length; level++) {
        if (open[level] >= 0) {
          skip[open[level]] = node;
          open[level] = -1;
        }
      }
      if (node < n) {
        open[at] = node;
      }
    }
  }

  /** Sets the bits of the tokens that may come in {@code state}. */
  void mark(Grammar grammar, Expression state, long[] bits) {
    Expression[] states = new Expression[deepest + 1];
    states[0] = state;
    int node = 0;
    int visited = 0;
    while (node < label.length) {
      visited++;
      int at = depth[node];
      Expression after = grammar.after(states[at], label[node]);
      if (grammar.dead(after)) {
        node = skip[node];
        continue;
      }
      states[at + 1] = after;
      int here = token[node];
      if (here >= 0) {
        bits[here >> 6] |= 1L << here;
      }
      node++;
    }
    grammar.worked(visited / NODES_PER_STEP);
  }
}
