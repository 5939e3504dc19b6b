package io.zonefleet.inference.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zonefleet.inference.onnx.MlaFolder;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Given a DeepSeek-V3-shaped model on the volume, then the pod serves it as any other. */
class MlaIT {
  @TempDir Path work;

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String GREEDY =
      PodProcess.longChat(60, false).replace("\"stream\"", "\"temperature\": 0, \"stream\"");

  private static String content(String body) throws Exception {
    JsonNode message = JSON.readTree(body).at("/choices/0/message");
    return message.path("reasoning").asText() + message.path("content").asText();
  }

  /** Random weights write random bytes: pieces of characters come in several tokens, or never. */
  private static String streamed(PodProcess pod) throws Exception {
    StringBuilder all = new StringBuilder();
    String body = pod.post("/v1/chat/completions", GREEDY.replace("false", "true")).body();
    for (String line : body.lines().toList()) {
      if (line.startsWith("data: {")) {
        JsonNode delta = JSON.readTree(line.substring(6)).at("/choices/0/delta");
        all.append(delta.path("reasoning").asText()).append(delta.path("content").asText());
      }
    }
    return all.toString();
  }

  @Test
  void answersFromAGraphWithLatentAttention() throws Exception {
    MlaFolder.write(PodProcess.MODELS, work.resolve("models/v3"));
    String models = work.resolve("models").toString();
    try (PodProcess pod =
        PodProcess.ready(work, "ZONEFLEET_MODEL_DIR", models, "ZONEFLEET_MODEL_REVISION", "v3")) {
      HttpResponse<String> answer = pod.post("/v1/chat/completions", GREEDY);
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).contains("\"completion_tokens\":60");
      assertThat(streamed(pod)).isEqualTo(content(answer.body()));
      assertThat(answer.headers().firstValue("x-zonefleet-revision")).contains("v3");
    }
  }
}
