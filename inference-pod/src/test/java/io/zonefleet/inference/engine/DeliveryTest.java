package io.zonefleet.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeliveryTest {
  private long now = 77;
  private int carried;
  private final Delivery delivery = new Delivery(() -> carried++, () -> now);

  @Test
  void shortRunsAreCarriedOnOnceInAnInterval() {
    for (int run = 0; run < 50; run++) {
      now += Delivery.INTERVAL_NANOS / 10;
      delivery.afterRun();
    }
    assertThat(carried).isEqualTo(5);
  }

  @Test
  void eachLongRunIsCarriedOn() {
    for (int run = 0; run < 7; run++) {
      now += Delivery.INTERVAL_NANOS;
      delivery.afterRun();
    }
    assertThat(carried).isEqualTo(7);
  }

  @Test
  void whatIsUrgentGoesWithTheNextRunAndOnce() {
    delivery.hasten();
    assertThat(carried).isZero();
    delivery.afterRun();
    delivery.afterRun();
    assertThat(carried).isEqualTo(1);
  }
}
