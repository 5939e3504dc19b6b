package io.zonefleet.e2e.demo;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;

/** As much of a chat completion as the demo shows. */
@JsonIgnoreProperties(ignoreUnknown = true)
record Completion(List<Choice> choices) {

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Choice(Message message) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  record Message(String content) {}
}
