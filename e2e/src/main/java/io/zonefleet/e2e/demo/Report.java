package io.zonefleet.e2e.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.zonefleet.e2e.load.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the demo measured.
 *
 * @param near from a client in a surviving zone
 * @param outside from a client in no zone
 */
record Report(
    String cluster,
    Duration setUp,
    String lost,
    Instant cut,
    Duration status,
    Outcome near,
    Outcome outside,
    List<Map<String, String>> answers) {

  void print(Progress progress) {
    progress.say(
        """

        %s was cut off the network under load
          client in a surviving zone: %d requests, %d failed%s, slowest %d ms, answers by zone %s
          all answers from survivors after %d ms; kubectl get deepseek said so after %d ms
          client in no zone:          %d requests, %d failed%s, the last of them sent %d ms after the cut
        """
            .formatted(
                lost,
                near.answers().size(),
                near.failed().size(),
                kinds(near),
                near.slowestMillis(),
                near.byZone(),
                shiftMillis(),
                status.toMillis(),
                outside.answers().size(),
                outside.failed().size(),
                kinds(outside),
                outside.failing(cut).toMillis()));
  }

  /** One line. */
  String json(Duration total) {
    var all = new LinkedHashMap<String, Object>();
    all.put("cluster", cluster);
    all.put("setupSeconds", setUp.toSeconds());
    all.put("totalSeconds", total.toSeconds());
    all.put("requests", near.answers().size());
    all.put("failedRequests", near.failed().size());
    all.put("failures", near.failures());
    all.put("slowestMillis", near.slowestMillis());
    all.put("shiftMillis", shiftMillis());
    all.put("statusMillis", status.toMillis());
    all.put("answers", answers);
    all.put("answersByZone", near.byZone());
    all.put(
        "clientInNoZone",
        Map.of(
            "requests", outside.answers().size(),
            "failedRequests", outside.failed().size(),
            "lastFailureMillis", outside.failing(cut).toMillis()));
    try {
      return new JsonMapper().writeValueAsString(all);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String kinds(Outcome outcome) {
    return outcome.failed().isEmpty() ? "" : " " + outcome.failures();
  }

  private long shiftMillis() {
    return near.shift(cut, lost).toMillis();
  }
}
