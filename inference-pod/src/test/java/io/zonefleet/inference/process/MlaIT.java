package io.zonefleet.inference.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.inference.onnx.MlaFolder;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Given a DeepSeek-V3-shaped model on the volume, then the pod serves it as any other. */
class MlaIT {
  @TempDir Path work;

  @Test
  void answersFromAGraphWithLatentAttention() throws Exception {
    MlaFolder.write(PodProcess.MODELS, work.resolve("models/v3"));
    String models = work.resolve("models").toString();
    try (PodProcess pod =
        PodProcess.ready(work, "ZONEFLEET_MODEL_DIR", models, "ZONEFLEET_MODEL_REVISION", "v3")) {
      HttpResponse<String> answer =
          pod.post("/v1/chat/completions", PodProcess.longChat(20, false));
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).contains("\"completion_tokens\":20");
      assertThat(answer.headers().firstValue("x-zonefleet-revision")).contains("v3");
    }
  }
}
