package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.cluster.GatewayReports;
import io.zonefleet.operator.cluster.StatusStore;
import io.zonefleet.operator.status.DigestFindings;
import io.zonefleet.operator.status.Finding;
import io.zonefleet.operator.status.Findings;
import io.zonefleet.operator.status.FleetPolicies;
import io.zonefleet.operator.status.Known;
import io.zonefleet.operator.status.StatusWriter;
import io.zonefleet.operator.status.Surroundings;
import io.zonefleet.operator.traffic.FleetKey;
import io.zonefleet.operator.traffic.TrafficPlan;
import io.zonefleet.operator.zones.Action;
import io.zonefleet.operator.zones.Decision;
import io.zonefleet.operator.zones.FleetState;
import io.zonefleet.operator.zones.Switch;
import io.zonefleet.operator.zones.ZoneMachine;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * The slow loop of one fleet in one replica: look, decide, commit, follow. Every replica looks and
 * publishes traffic; the leader alone decides and writes. For one thread.
 */
final class FleetLoop {
  private static final Logger LOG = Logger.getLogger(FleetLoop.class);

  /** A switch that is older has been told of, or is no news any more. */
  private static final Duration NEWS = Duration.ofMinutes(10);

  private final FleetKey key;
  private final Shell shell;
  private final FleetLook look;
  private final FleetMetrics metrics;
  private final FleetMemory memory = new FleetMemory();
  private final WritePace pace = new WritePace();
  private DeepSeekDeployment newest;
  private volatile TrafficPlan published;
  private boolean led;

  FleetLoop(FleetKey key, Shell shell) {
    this.key = key;
    this.shell = shell;
    this.look = new FleetLook(shell.view(), new GatewayReports(shell.gateways()), shell.clock());
    this.metrics = new FleetMetrics(shell.metrics(), key);
  }

  /** One turn. A fleet that is gone is left alone. */
  void turn() {
    var known = shell.view().fleet(key).map(this::newer);
    if (known.isEmpty()) {
      return;
    }
    boolean leads = leads();
    var fleet = leads ? newest : known.get();
    var around = look.at(fleet);
    var inForce = memory.inForce(fleet, leads);
    var decision = ZoneMachine.decide(FleetPolicies.of(fleet.getSpec()), inForce, around.seen());
    if (leads) {
      commit(fleet, around, inForce, decision);
      shell.labels().keep(around.gateways(), memory.state()::gatewaysServe);
    } else {
      memory.doubt(decision.state());
    }
    publish(fleet, around);
    shell.dark().note(key, memory.state(), around.seen().at());
    metrics.observe(memory.state(), around.seen());
  }

  void forget() {
    shell.xds().forget(key);
    shell.applications().forget(key);
    shell.dark().forget(key);
    shell.digests().forget(key);
    metrics.forget();
  }

  /** The watch may not have shown yet what this replica wrote itself. */
  private DeepSeekDeployment newer(DeepSeekDeployment watched) {
    if (newest == null || !isBehind(watched, newest)) {
      newest = watched;
    }
    return newest;
  }

  private static boolean isBehind(DeepSeekDeployment one, DeepSeekDeployment other) {
    return one.getMetadata().getUid().equals(other.getMetadata().getUid())
        && version(one) < version(other);
  }

  private static long version(DeepSeekDeployment fleet) {
    return Long.parseLong(fleet.getMetadata().getResourceVersion());
  }

  /** A new leader starts from what the API server has now; its watch may lag behind. */
  private boolean leads() {
    boolean leads = shell.leadership().leads();
    if (leads && !led) {
      try {
        var fresh = shell.statuses().read(key);
        fresh.ifPresent(fleet -> newest = fleet);
        leads = fresh.isPresent();
      } catch (KubernetesClientException e) {
        LOG.warnf(
            "%s: leads, but cannot read the resource yet: %s", key.nodeCluster(), e.getMessage());
        leads = false;
      }
      if (leads) {
        retellLastSwitch();
      }
    }
    led = leads;
    return leads;
  }

  /** The leader before may have ended between its write and its event. */
  private void retellLastSwitch() {
    var state = memory.inForce(newest, false);
    var now = shell.clock().instant();
    state.switches().stream()
        .filter(s -> s.epoch() == state.epoch())
        .filter(s -> Duration.between(s.shiftedAt(), now).compareTo(NEWS) < 0)
        .forEach(s -> tell(state, new Action.ZoneSwitched(s, words(s)), s));
  }

  private static String words(Switch s) {
    return "traffic moved from %s to %s (%s) in %d ms, %d requests failed"
        .formatted(s.from(), s.to(), s.cause(), s.millis(), s.failedRequests());
  }

  private void commit(
      DeepSeekDeployment fleet, Surroundings around, FleetState inForce, Decision decision) {
    var state = decision.state();
    var status = StatusWriter.status(fleet, state, known(fleet, around));
    boolean decided = state.epoch() != inForce.epoch() || !decision.actions().isEmpty();
    boolean differs = !status.equals(fleet.getStatus());
    boolean first = fleet.getStatus() == null;
    if (!pace.isDue(differs, decided || first, around.seen().at())) {
      memory.keep(state);
      return;
    }
    switch (shell.statuses().write(fleet, status)) {
      case StatusStore.Outcome.Written written -> {
        newest = written.fleet();
        pace.written();
        memory.keep(state);
        decision.actions().forEach(action -> tell(state, action));
      }
      case StatusStore.Outcome.Conflict conflict -> {
        memory.doubt(state);
        // read past the caches at the next turn
        led = false;
      }
      case StatusStore.Outcome.Failed failed -> {
        memory.doubt(state);
        LOG.warnf("%s: status not written: %s", key.nodeCluster(), failed.why());
      }
    }
  }

  private Known known(DeepSeekDeployment fleet, Surroundings around) {
    var application = shell.applications().last(key, fleet.getMetadata().getUid());
    var ready = around.inference().stream().filter(FleetLook::isReady).toList();
    var revision = fleet.getSpec().model().revision();
    var digests =
        shell.digests().of(key, ready, revision, Plans.port(fleet), Plans.readyPath(fleet));
    var refused =
        shell
            .xds()
            .rejection(key)
            .map(
                why ->
                    Finding.ofFleet(
                        Finding.Reason.GatewayUnconfigured,
                        "a gateway refused its configuration: " + why));
    var findings =
        Stream.of(
                application.stream().flatMap(a -> a.problems().stream()),
                refused.stream(),
                DigestFindings.of(fleet, digests).stream(),
                Findings.of(fleet, FleetPolicies.of(fleet.getSpec()), around).stream())
            .flatMap(s -> s)
            .sorted(Finding.BY_GRAVITY)
            .toList();
    return new Known(
        around.seen(), findings, digests, application.map(Applications.Application::generation));
  }

  private void tell(FleetState state, Action action) {
    LOG.infof("%s: epoch %d: %s", key.nodeCluster(), state.epoch(), action.message());
    var now = shell.clock().instant();
    shell.events().tell(newest, state.epoch(), now, action);
    if (action instanceof Action.ZoneSwitched switched) {
      metrics.switched(switched.move());
    }
  }

  private void tell(FleetState state, Action action, Switch move) {
    shell.events().tell(newest, state.epoch(), move.shiftedAt(), action);
  }

  private void publish(DeepSeekDeployment fleet, Surroundings around) {
    var plan = Plans.of(fleet, memory.state(), around.inference(), around.seen().at());
    if (!plan.equals(published)) {
      shell.xds().publish(plan);
      published = plan;
    }
  }

  Optional<TrafficPlan> published() {
    return Optional.ofNullable(published);
  }
}
