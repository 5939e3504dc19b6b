package io.zonefleet.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AdmissionQueueTest {
  private static Sequence of(String client) {
    GenerationRequest request =
        new GenerationRequest(new int[] {1}, 1, Sampling.GREEDY, Set.of())
            .from(client, Optional.empty());
    return new Sequence(request, new Heard(), 16, new Sampler.Scratch());
  }

  private static List<String> clients(AdmissionQueue queue) {
    List<String> order = new ArrayList<>();
    for (Sequence next = queue.poll(); next != null; next = queue.poll()) {
      order.add(next.client());
    }
    return order;
  }

  /** Given one client with many requests, then another one's waits for one of them at most. */
  @Test
  void clientsTakeTurns() {
    AdmissionQueue queue = new AdmissionQueue(16);
    queue.put(List.of(of("a"), of("a"), of("a"), of("a")), 0);
    queue.put(List.of(of("b"), of("b")), 0);
    queue.put(List.of(of("c")), 0);
    assertThat(clients(queue)).containsExactly("a", "b", "c", "a", "b", "a", "a");
  }

  @Test
  void aClientsOwnRequestsKeepTheirOrder() {
    AdmissionQueue queue = new AdmissionQueue(16);
    List<Sequence> own = List.of(of("a"), of("a"), of("a"));
    own.forEach(each -> queue.put(List.of(each), 0));
    assertThat(List.of(queue.poll(), queue.poll(), queue.poll())).isEqualTo(own);
  }

  @Test
  void severalRequestsAreTakenTogetherOrNotAtAll() {
    AdmissionQueue queue = new AdmissionQueue(3);
    queue.put(List.of(of("a"), of("a")), 0);
    assertThatThrownBy(() -> queue.put(List.of(of("b"), of("b")), 0))
        .isInstanceOf(QueueFullException.class)
        .hasMessageContaining("3 requests wait");
    assertThat(queue.waiting()).isEqualTo(2);
    queue.put(List.of(of("b")), 0);
    assertThat(clients(queue)).containsExactly("a", "b", "a");
    assertThat(queue.running()).isEqualTo(3);
  }

  @Test
  void whoGivesUpLeavesTheQueue() {
    AdmissionQueue queue = new AdmissionQueue(16);
    Sequence gone = of("a");
    queue.put(List.of(gone, of("b"), of("c")), 0);
    gone.cancel();
    assertThat(queue.pollIf(Sequence::cancelled)).containsExactly(gone);
    queue.finished();
    assertThat(clients(queue)).containsExactly("b", "c");
    assertThat(queue.waiting()).isZero();
    assertThat(queue.running()).isEqualTo(2);
  }
}
