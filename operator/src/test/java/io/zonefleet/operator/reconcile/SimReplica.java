package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.api.v1alpha1.DeepSeekDeploymentStatus;
import io.zonefleet.operator.cluster.ServingLabels;
import io.zonefleet.operator.cluster.StatusStore;
import io.zonefleet.operator.status.Known;
import io.zonefleet.operator.status.Surroundings;
import io.zonefleet.operator.traffic.TrafficPlan;
import io.zonefleet.operator.zones.Action;
import io.zonefleet.operator.zones.GatewayReport;
import io.zonefleet.operator.zones.NodeReport;
import io.zonefleet.operator.zones.Observation;
import io.zonefleet.operator.zones.PodReport;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** One replica of the operator: the real slow loop, whose rim is the simulation. */
final class SimReplica implements Rim {
  /** Where a replica may end; the numbers of a schedule's {@code Crash}. */
  enum Step {
    Anywhere,
    BeforeWrite,
    AfterWrite,
    AfterTelling,
    AfterOneLabel,
    AfterPublishing,
    AfterWriteAgain,
    AfterLabelAgain
  }

  /** The process is gone; a virtual one needs no stack trace. */
  static final class Crashed extends RuntimeException {
    Crashed() {
      super(null, null, false, false);
    }
  }

  private static final KubernetesClientException AWAY =
      new KubernetesClientException("the API server does not answer");

  final String zone;
  private final Simulation sim;
  final int skewMillis;
  boolean running;
  boolean elected;
  boolean apiCut;
  boolean answerLost;
  boolean refused;
  boolean overtaken;
  boolean inTurn;
  int lagMillis;
  long nextTurn;
  long reachedApiAt;
  Step crashAt;
  final Set<String> blind = new HashSet<>();
  private SlowLoop loop;
  private TrafficPlan plan;
  private int seenVersion;
  private List<Pod> podsSeen = List.of();
  private List<PodReport> podReports = List.of();
  private List<Pod> gatewaysSeen = List.of();
  private Map<String, NodeReport> nodesSeen = Map.of();
  private Evidence evidence;
  private Observation lastLook;

  SimReplica(Simulation sim, String zone, int skewMillis) {
    this.sim = sim;
    this.zone = zone;
    this.skewMillis = skewMillis;
  }

  /** As {@link Lifecycle} does: see everything, plan every fleet, then compete. */
  void start() {
    running = true;
    elected = false;
    loop = new SlowLoop(this);
    plan = null;
    evidence = new Evidence();
    seenVersion = 0;
    crashAt = null;
    nextTurn = sim.now();
  }

  void stop() {
    running = false;
    elected = false;
    plan = null;
  }

  boolean reachesApi() {
    return running && sim.apiUp() && !apiCut && !sim.world().cut.contains(zone);
  }

  /** Whether packets pass between this replica and a zone's gateway, both ways. */
  boolean reaches(String gateway) {
    var cut = sim.world().cut;
    return gateway.equals(zone) || !(cut.contains(zone) || cut.contains(gateway));
  }

  Optional<TrafficPlan> plan() {
    return Optional.ofNullable(plan);
  }

  SlowLoop loop() {
    return loop;
  }

  /** A turn of the real loop. */
  void turn() {
    if (inTurn) {
      return;
    }
    inTurn = true;
    try {
      if (reachesApi()) {
        reachedApiAt = sim.now();
        seenVersion = Math.max(seenVersion, sim.api().indexAt(sim.now() - lagMillis));
        podsSeen = sim.world().pods();
        podReports = sim.world().podReports();
        gatewaysSeen = sim.world().gateways();
        nodesSeen = sim.world().nodes();
      }
      crash(Step.Anywhere);
      loop.turn(sim.api().version(seenVersion), elected);
    } catch (Crashed e) {
      stop();
    } finally {
      inTurn = false;
    }
  }

  private void crash(Step step) {
    if (crashAt == step) {
      crashAt = null;
      throw new Crashed();
    }
  }

  @Override
  public Instant now() {
    return Simulation.BEGIN.plusMillis(sim.now() + skewMillis);
  }

  @Override
  public Surroundings look(DeepSeekDeployment fleet) {
    var reports = new ArrayList<GatewayReport>();
    for (var gateway : gatewaysSeen) {
      var in = gateway.getMetadata().getLabels().get("zonefleet.io/zone");
      reports.add(ask(gateway.getMetadata().getName(), in));
    }
    var seen = new Observation(now(), reports, podReports, nodesSeen);
    lastLook = seen;
    evidence.look(fleet, seen);
    return new Surroundings(podsSeen, gatewaysSeen, List.of(), List.of(), seen);
  }

  private GatewayReport ask(String gateway, String in) {
    var world = sim.world();
    boolean reached = world.hasGateway(in) && !blind.contains(in) && reaches(in);
    if (reached && world.gatewaysDead.contains(in)) {
      return GatewayReport.closed(gateway, in);
    }
    return reached && !world.late.contains(in)
        ? world.report(in)
        : GatewayReport.unreachable(gateway, in);
  }

  @Override
  public Known known(DeepSeekDeployment fleet, Surroundings around) {
    return new Known(
        around.seen(), List.of(), Map.of(), Optional.of(fleet.getMetadata().getGeneration()));
  }

  @Override
  public Optional<DeepSeekDeployment> read() {
    if (!reachesApi()) {
      throw AWAY;
    }
    return Optional.of(sim.api().now());
  }

  @Override
  public StatusStore.Outcome write(DeepSeekDeployment read, DeepSeekDeploymentStatus status) {
    crash(Step.BeforeWrite);
    if (overtaken) {
      overtaken = false;
      sim.othersTurn(this);
    }
    if (!reachesApi() || refused) {
      refused = false;
      return new StatusStore.Outcome.Failed("no answer");
    }
    var before = sim.api().now();
    var written = sim.api().writeStatus(read, status, sim.now());
    written.ifPresent(
        after -> sim.promises().committed(before, after, lastLook, evidence, this::askedLongAgo));
    crash(Step.AfterWrite);
    crash(Step.AfterWriteAgain);
    if (answerLost) {
      answerLost = false;
      return new StatusStore.Outcome.Failed("the answer is lost");
    }
    return written
        .<StatusStore.Outcome>map(StatusStore.Outcome.Written::new)
        .orElseGet(StatusStore.Outcome.Conflict::new);
  }

  /** So long that a drain before it, which had ended, is written into the status too. */
  private boolean askedLongAgo(String zone) {
    return sim.now() - sim.api().askedSince(zone) > 15_000;
  }

  @Override
  public boolean leaderIsGone() {
    return reachesApi()
        && sim.election().silentLeader(this, sim.now()).filter(r -> seesDark(r.zone)).isPresent();
  }

  private boolean seesDark(String zone) {
    return loop.state().zones().stream()
        .filter(z -> z.name().equals(zone))
        .flatMap(z -> z.darkSince().stream())
        .anyMatch(since -> Duration.between(since, now()).toMillis() >= 500);
  }

  @Override
  public void label(List<Pod> pods, Predicate<Pod> toServe) {
    if (!reachesApi()) {
      return;
    }
    // the real patches are under way together, and end in any order
    var changes = new ArrayList<>(ServingLabels.changes(pods, toServe));
    if (sim.random().nextBoolean()) {
      changes.sort((x, y) -> Boolean.compare(x.serves(), y.serves()));
    }
    for (var change : changes) {
      var in = change.pod().getMetadata().getLabels().get("zonefleet.io/zone");
      if (sim.world().hasGateway(in)) {
        sim.world().label(in, change.serves());
        sim.promises().labelled(sim.world());
      }
      crash(Step.AfterOneLabel);
      crash(Step.AfterLabelAgain);
    }
  }

  @Override
  public void unlabel(List<Pod> pods) {
    // there are gateways all the time, so no inference pod has a label
  }

  @Override
  public void publish(TrafficPlan next) {
    plan = next;
    sim.promises().published(next, podsSeen);
    sim.discover();
    crash(Step.AfterPublishing);
  }

  @Override
  public void tell(DeepSeekDeployment fleet, long epoch, Instant at, Action action) {
    sim.promises().told(fleet, epoch, action);
    crash(Step.AfterTelling);
  }

  @Override
  public void retell(DeepSeekDeployment fleet, Action.ZoneSwitched made) {
    sim.promises().told(fleet, made.move().epoch(), made);
  }
}
