package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.cluster.ClusterView;
import io.zonefleet.operator.fleet.FrontDoor;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.rollout.FrontTurn;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Each fleet's {@link FrontTurn}, and when it was last seen to be under way. */
final class FrontTurns {
  private final ClusterView view;
  private final InstantSource clock;
  private final Map<String, Instant> underWay = new ConcurrentHashMap<>();

  FrontTurns(ClusterView view, InstantSource clock) {
    this.view = view;
    this.clock = clock;
  }

  FrontTurn of(DeepSeekDeployment fleet) {
    var uid = fleet.getMetadata().getUid();
    var live = view.front(ClusterView.key(fleet));
    var now = clock.instant();
    boolean others =
        live.flatMap(FrontDoor::selected)
            .filter(selected -> !selected.equals(FrontDoor.asked(fleet).selects()))
            .isPresent();
    if (others) {
      underWay.put(uid, now);
    }
    var turn = FrontTurn.of(fleet, live, Optional.ofNullable(underWay.get(uid)), pods(fleet), now);
    if (turn.waits().isEmpty()) {
      underWay.remove(uid);
    }
    return turn;
  }

  private List<Pod> pods(DeepSeekDeployment fleet) {
    var key = ClusterView.key(fleet);
    return Stream.of(Labels.GATEWAY, Labels.INFERENCE)
        .flatMap(component -> view.pods(key, component).stream())
        .toList();
  }
}
