package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.readiness.Readiness;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.operator.cluster.GatewayReports;
import io.zonefleet.operator.cluster.StatusStore;
import io.zonefleet.operator.fleet.FrontDoor;
import io.zonefleet.operator.fleet.Names;
import io.zonefleet.operator.fleet.PodAnswer;
import io.zonefleet.operator.status.DigestFindings;
import io.zonefleet.operator.status.Finding;
import io.zonefleet.operator.status.Findings;
import io.zonefleet.operator.status.FleetPolicies;
import io.zonefleet.operator.status.KeyFindings;
import io.zonefleet.operator.status.Known;
import io.zonefleet.operator.status.Surroundings;
import io.zonefleet.operator.traffic.EnvoyResources;
import io.zonefleet.operator.traffic.FleetKey;
import io.zonefleet.operator.traffic.KeptPlan;
import io.zonefleet.operator.traffic.TrafficPlan;
import io.zonefleet.operator.zones.Action;
import io.zonefleet.operator.zones.PeakLoad;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** The {@link SlowLoop} of one fleet on the real cluster. For one thread. */
final class FleetLoop implements Rim {
  private static final Logger LOG = Logger.getLogger(FleetLoop.class);

  private final FleetKey key;
  private final Shell shell;
  private final FleetLook look;
  private final FleetMetrics metrics;
  private final SlowLoop loop = new SlowLoop(this);
  private PeakLoad load = PeakLoad.UNKNOWN;
  private TrafficPlan lastPlan;
  private KeptPlan kept;

  FleetLoop(FleetKey key, Shell shell) {
    this.key = key;
    this.shell = shell;
    this.look = new FleetLook(shell.view(), new GatewayReports(shell.gateways()), shell.clock());
    this.metrics = new FleetMetrics(shell.metrics(), key);
  }

  /** One turn. A fleet that is gone is left alone. */
  void turn() {
    var watched = shell.view().fleet(key);
    if (watched.isEmpty()) {
      return;
    }
    var seen = loop.turn(watched.get(), shell.leadership().leads()).seen();
    shell.dark().note(key, loop.state(), seen.at());
    if (shell.leadership().leads() && FrontDoor.hasGateways(watched.get())) {
      loop.published().ifPresent(plan -> keep(watched.get(), plan, seen.at()));
    }
    metrics.observe(loop.state(), seen);
  }

  private void keep(DeepSeekDeployment fleet, TrafficPlan plan, Instant now) {
    if (!plan.equals(lastPlan)) {
      kept =
          KeptPlan.of(
              EnvoyResources.of(plan), Path.of(Names.GATEWAY_PLAN), Path.of(Names.GATEWAY_RUN));
      lastPlan = plan;
    }
    shell.kept().keep(fleet, kept, now);
  }

  void forget() {
    shell.kept().forget(key);
    shell.xds().forget(key);
    shell.applications().forget(key);
    shell.dark().forget(key);
    shell.answers().forget(key);
    metrics.forget();
  }

  boolean isUneasy() {
    return loop.state().isDoubtful();
  }

  Optional<TrafficPlan> published() {
    return loop.published();
  }

  @Override
  public Instant now() {
    return shell.clock().instant();
  }

  @Override
  public Surroundings look(DeepSeekDeployment fleet) {
    var around = look.at(fleet);
    load = load.with(around.seen());
    return around;
  }

  @Override
  public Known known(DeepSeekDeployment fleet, Surroundings around) {
    var application = shell.applications().last(key, fleet.getMetadata().getUid());
    var ready = around.inference().stream().filter(Readiness::isPodReady).toList();
    var revision = fleet.getSpec().model().revision();
    var answers =
        shell
            .answers()
            .of(
                key,
                ready,
                Plans.port(fleet),
                Plans.readyPath(fleet),
                fleet.getSpec().auth() != null);
    var digests = PodAnswer.digests(answers, revision);
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
                KeyFindings.of(fleet, answers).stream(),
                Findings.of(fleet, FleetPolicies.of(fleet.getSpec()), around).stream())
            .flatMap(s -> s)
            .sorted(Finding.BY_GRAVITY)
            .toList();
    return new Known(
        around.seen(),
        findings,
        digests,
        application.map(Applications.Application::generation),
        load.most(around.seen().at()),
        application.map(Applications.Application::replicas).orElse(Map.of()));
  }

  @Override
  public Optional<DeepSeekDeployment> read() {
    return shell.statuses().read(key);
  }

  @Override
  public StatusStore.Outcome write(DeepSeekDeployment read, DeepSeekDeploymentStatus status) {
    return shell.statuses().write(read, status);
  }

  @Override
  public boolean leaderIsGone() {
    return shell.leadership().leaderIsGone();
  }

  @Override
  public void label(List<Pod> pods, Predicate<Pod> toServe) {
    shell.labels().keep(pods, toServe);
  }

  @Override
  public void unlabel(List<Pod> pods) {
    shell.labels().remove(pods);
  }

  @Override
  public void publish(TrafficPlan plan) {
    shell.xds().publish(plan);
  }

  @Override
  public void tell(DeepSeekDeployment fleet, long epoch, Instant at, Action action) {
    LOG.infof("%s: epoch %d: %s", key.nodeCluster(), epoch, action.message());
    shell.events().tell(fleet, epoch, at, action);
    if (action instanceof Action.ZoneSwitched switched) {
      metrics.switched(switched.move());
    }
  }

  @Override
  public void retell(DeepSeekDeployment fleet, Action.ZoneSwitched made) {
    shell.events().tell(fleet, made.move().epoch(), made.move().shiftedAt(), made);
  }
}
