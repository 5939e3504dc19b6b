package io.zonefleet.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.zonefleet.inference.engine.Engine;
import io.zonefleet.inference.engine.EngineLoad;
import io.zonefleet.inference.engine.Generation;
import io.zonefleet.inference.ort.Device;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the kubelet is told, by the state of the pod. */
class LivenessTest {
  private static final Duration STALL = Duration.ofSeconds(15);
  private static final Duration HANG = Duration.ofSeconds(60);

  private static Health live(ModelState state) {
    return Health.live(state, HANG);
  }

  private static Health ready(ModelState state) {
    return Health.ready(state, STALL);
  }

  @Test
  void aLoadingPodLivesAndIsNotReady() {
    ModelState loading = new ModelState.Loading("the model is being loaded");
    assertThat(live(loading).httpStatus()).isEqualTo(200);
    assertThat(ready(loading).httpStatus()).isEqualTo(503);
    assertThat(ready(loading).body().toString()).contains("the model is being loaded");
  }

  @Test
  void aDrainingPodLivesAndIsNotReady() {
    ModelState draining = new ModelState.Draining(model(null, Duration.ZERO), false);
    assertThat(live(draining).ok()).isTrue();
    assertThat(ready(draining)).extracting(Health::status).isEqualTo("draining");
  }

  @Test
  void aPodWhoseEngineDiedIsStartedAnew() {
    LoadedModel model = model(new OutOfMemoryError("cache"), Duration.ZERO);
    for (ModelState state :
        new ModelState[] {
          new ModelState.Serving(model), new ModelState.Draining(model, true),
        }) {
      assertThat(live(state).httpStatus()).isEqualTo(503);
      assertThat(live(state).reason()).contains("the engine has failed", "OutOfMemoryError: cache");
    }
    assertThat(ready(new ModelState.Serving(model)).ok()).isFalse();
  }

  @Test
  void aPodThatStallsIsUnreadyFirstAndDeadLater() {
    ModelState stalls = new ModelState.Serving(model(null, Duration.ofSeconds(20)));
    assertThat(ready(stalls).reason()).isEqualTo("the engine made no progress for 20 s");
    assertThat(live(stalls).ok()).isTrue();
    ModelState hangs = new ModelState.Serving(model(null, Duration.ofSeconds(61)));
    assertThat(live(hangs).ok()).isFalse();
  }

  private static LoadedModel model(Throwable failure, Duration stalled) {
    Engine engine =
        new Engine() {
          @Override
          public Generation submit(List<Job> jobs) {
            throw new UnsupportedOperationException();
          }

          @Override
          public EngineLoad load() {
            return new EngineLoad(1, 0, 0, stalled);
          }

          @Override
          public Optional<Throwable> failure() {
            return Optional.ofNullable(failure);
          }

          @Override
          public int contextTokens() {
            return 16;
          }

          @Override
          public long cacheTokens() {
            return 16;
          }

          @Override
          public boolean awaitIdle(Duration limit) {
            return true;
          }

          @Override
          public void close() {}
        };
    return new LoadedModel(
        "m", "r1", "", null, Device.CPU, null, null, null, engine, null, null, null);
  }
}
