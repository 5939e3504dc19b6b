package io.zonefleet.e2e.load;

import io.zonefleet.e2e.cluster.ZoneCluster;
import io.zonefleet.e2e.cluster.ZoneCluster.Vantage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** One request and its answer. */
public final class Question {

  /**
   * @param zone the zone that answered
   * @param body the answer's JSON
   */
  public record Reply(String zone, String body) {}

  private Question() {}

  /** The body of a request for so many tokens, no more and no less. */
  public static String completion(int tokens) {
    return completion("The capital of France is", tokens);
  }

  /**
   * As above.
   *
   * @param prompt without characters that JSON would escape
   */
  public static String completion(String prompt, int tokens) {
    return """
        {"model": "tiny-r1", "prompt": "%s", "max_tokens": %d, \
        "ignore_eos": true, "temperature": 0}"""
        .formatted(prompt, tokens);
  }

  /**
   * POSTs a JSON body to a URL from a place in the cluster's network.
   *
   * @throws IllegalStateException if the answer's status is not 200
   */
  public static Reply ask(ZoneCluster cluster, Vantage from, String url, String body) {
    var process = cluster.run(from, Ask.class, url, body);
    try {
      var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException("no answer from " + url + " to " + body + ": " + output);
      }
      var lines = output.split("\n", 2);
      return new Reply(lines[0], lines.length > 1 ? lines[1] : "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
