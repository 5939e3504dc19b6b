package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.cluster.ClusterView;
import io.zonefleet.operator.cluster.StatusStore;
import io.zonefleet.operator.fleet.FrontDoor;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.status.FleetPolicies;
import io.zonefleet.operator.status.StatusWriter;
import io.zonefleet.operator.status.Surroundings;
import io.zonefleet.operator.status.Told;
import io.zonefleet.operator.traffic.TrafficPlan;
import io.zonefleet.operator.zones.Action;
import io.zonefleet.operator.zones.Decision;
import io.zonefleet.operator.zones.FleetPolicy;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.GatewayReport;
import io.zonefleet.operator.zones.ZoneMachine;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * The slow loop of one fleet in one replica: look, decide, commit, follow. Every replica looks and
 * publishes traffic; the leader alone decides and writes, except that gateways which went dark with
 * it are taken out of the front Service by the others, before one of them leads. All I/O is the
 * {@link Rim}'s, so that the simulation runs this very class. For one thread.
 */
final class SlowLoop {
  private static final Logger LOG = Logger.getLogger(SlowLoop.class);

  /** A switch that is older has been told of, or is no news any more. */
  private static final Duration NEWS = Duration.ofMinutes(10);

  private final Rim rim;
  private final FleetMemory memory = new FleetMemory();
  private final WritePace pace = new WritePace();
  private DeepSeekDeployment newest;
  private volatile TrafficPlan published;
  private Told told;
  private boolean led;

  SlowLoop(Rim rim) {
    this.rim = rim;
  }

  /**
   * One turn.
   *
   * @param watched the resource as the watch shows it, which may be late
   * @param elected whether this replica holds the lease
   * @return what was seen
   */
  Surroundings turn(DeepSeekDeployment watched, boolean elected) {
    newest = newer(watched);
    boolean ledBefore = led;
    boolean leads = leads(elected);
    var fleet = newest;
    var around = rim.look(fleet);
    long knew = memory.state().epoch();
    var inForce = memory.inForce(fleet, leads);
    if (leads && (!ledBefore || inForce.epoch() > knew)) {
      retellLastSwitch(inForce);
    }
    var policy = FleetPolicies.of(fleet.getSpec());
    var decision = ZoneMachine.decide(policy, inForce, around.seen());
    if (leads) {
      commit(fleet, around, inForce, decision);
      label(fleet, policy, around);
    } else {
      memory.doubt(decision.state());
      if (rim.leaderIsGone()) {
        rim.label(around.gateways(), gatewayServes(decision.state(), around));
      }
    }
    publish(fleet, policy, around);
    return around;
  }

  /** The decision in force, as this replica knows it. */
  FleetState state() {
    return memory.state();
  }

  /** The traffic plan that was given out last. Thread-safe. */
  Optional<TrafficPlan> published() {
    return Optional.ofNullable(published);
  }

  /** The watch may not have shown yet what this replica wrote itself. */
  private DeepSeekDeployment newer(DeepSeekDeployment watched) {
    return newest == null || !isBehind(watched, newest) ? watched : newest;
  }

  private static boolean isBehind(DeepSeekDeployment one, DeepSeekDeployment other) {
    return one.getMetadata().getUid().equals(other.getMetadata().getUid())
        && version(one) < version(other);
  }

  private static long version(DeepSeekDeployment fleet) {
    return Long.parseLong(fleet.getMetadata().getResourceVersion());
  }

  /** A new leader starts from what the API server has now; its watch may lag behind. */
  private boolean leads(boolean elected) {
    boolean leads = elected;
    if (leads && !led) {
      try {
        var fresh = rim.read();
        fresh.ifPresent(fleet -> newest = fleet);
        leads = fresh.isPresent();
      } catch (KubernetesClientException e) {
        LOG.warnf("leads, but cannot read %s yet: %s", name(newest), e.getMessage());
        leads = false;
      }
    }
    led = leads;
    return leads;
  }

  /** Another leader, or this one before an answer was lost, may not have told of its decision. */
  private void retellLastSwitch(FleetState state) {
    var now = rim.now();
    state.switches().stream()
        .filter(s -> s.epoch() == state.epoch())
        .filter(s -> Duration.between(s.shiftedAt(), now).compareTo(NEWS) < 0)
        .forEach(s -> rim.retell(newest, new Action.ZoneSwitched(s, s.inWords())));
  }

  private void commit(
      DeepSeekDeployment fleet, Surroundings around, FleetState inForce, Decision decision) {
    var state = decision.state();
    var known = rim.known(fleet, around);
    boolean news = told == null || !told.isAllOf(fleet, state, known);
    var status = news ? StatusWriter.status(fleet, state, known) : fleet.getStatus();
    boolean decided = state.epoch() != inForce.epoch() || !decision.actions().isEmpty();
    boolean differs = news && !status.equals(fleet.getStatus());
    told = differs ? null : new Told(fleet, state, known);
    boolean first = fleet.getStatus() == null;
    if (!pace.isDue(differs, decided || first, state.isDoubtful(), around.seen().at())) {
      memory.keep(state);
      return;
    }
    switch (rim.write(fleet, status)) {
      case StatusStore.Outcome.Written written -> {
        newest = written.fleet();
        pace.written();
        memory.keep(state);
        decision.actions().forEach(action -> rim.tell(newest, state.epoch(), rim.now(), action));
      }
      case StatusStore.Outcome.Conflict conflict -> {
        memory.doubt(state);
        // read past the caches at the next turn
        led = false;
      }
      case StatusStore.Outcome.Failed failed -> {
        memory.doubt(state);
        // it may have been committed, and only the answer lost
        led = false;
        LOG.warnf("status of %s not written: %s", name(fleet), failed.why());
      }
    }
  }

  private void label(DeepSeekDeployment fleet, FleetPolicy policy, Surroundings around) {
    var state = memory.state();
    rim.label(around.gateways(), gatewayServes(state, around));
    if (around.seen().direct() || !FrontDoor.hasGateways(fleet)) {
      rim.label(around.inference(), pod -> ZoneMachine.podsServe(policy, state, zone(pod)));
    } else {
      rim.unlabel(around.inference());
    }
  }

  /**
   * Of a serving zone, and somebody listens. A gateway whose process has died is ready until its
   * kubelet has looked, and clients of its zone are sent to nobody else until then. One that is not
   * ready gets no requests anyway, and keeps the label for the moment when it is. Where none is
   * left, others are better than nobody, for every gateway knows the pods of all zones: those that
   * answer, or else those that at least do not refuse.
   */
  private static Predicate<Pod> gatewayServes(FleetState state, Surroundings around) {
    var closed = names(around, GatewayReport::closed);
    Predicate<Pod> open =
        pod ->
            state.gatewaysServe(zone(pod))
                && !(closed.contains(pod.getMetadata().getName()) && Readiness.isPodReady(pod));
    if (around.gateways().stream().anyMatch(open.and(Readiness::isPodReady))) {
      return open;
    }
    var answering = names(around, GatewayReport::reachable);
    return open.or(
        pod ->
            answering.isEmpty()
                ? !closed.contains(pod.getMetadata().getName())
                : answering.contains(pod.getMetadata().getName()));
  }

  private static Set<String> names(Surroundings around, Predicate<GatewayReport> which) {
    return around.seen().gateways().stream()
        .filter(which)
        .map(GatewayReport::name)
        .collect(Collectors.toSet());
  }

  private static String zone(Pod pod) {
    return ClusterView.label(pod, Labels.ZONE);
  }

  private void publish(DeepSeekDeployment fleet, FleetPolicy policy, Surroundings around) {
    var plan = Plans.of(fleet, policy, memory.state(), around);
    if (!plan.equals(published)) {
      rim.publish(plan);
      published = plan;
    }
  }

  private static String name(DeepSeekDeployment fleet) {
    return fleet.getMetadata().getNamespace() + "/" + fleet.getMetadata().getName();
  }
}
