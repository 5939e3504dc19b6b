package io.zonefleet.operator.reconcile;

import io.zonefleet.operator.reconcile.Promises.Broken;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * One schedule in virtual time: several replicas of the operator, each running the real {@link
 * SlowLoop} over the real state machine, status and traffic plan, against one API server, gateways
 * and pods that fail as the schedule says. The same schedule runs the same way each time.
 */
final class Simulation {
  static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  /** How often replicas look while something happens. */
  private static final int LOOK_MILLIS = 250;

  private final Schedule schedule;
  private final SplittableRandom random;
  private final SimWorld world;
  private final SimApi api;
  private final People people;
  private final List<SimReplica> replicas = new ArrayList<>();
  private final SimElection election = new SimElection(replicas);
  private final Promises promises = new Promises();
  private long now;
  private long lastEvent;
  private boolean apiDown;
  private int looks;

  Simulation(Schedule schedule) {
    this.schedule = schedule;
    this.random = new SplittableRandom(schedule.seed() ^ 0x5eed);
    this.world = new SimWorld(schedule.zones(), schedule.pods());
    this.people = new People(schedule, world.zones);
    this.api = new SimApi(people.spec(), schedule.wire(), now);
    for (int i = 0; i < schedule.replicas(); i++) {
      var zone = world.zones.get(i % world.zones.size());
      replicas.add(new SimReplica(this, zone, random.nextInt(-300, 300)));
    }
  }

  /**
   * Runs the schedule to rest.
   *
   * @throws Broken when a promise does not hold
   */
  Simulation run() {
    boolean fromTheStart = random.nextInt(4) == 0;
    if (fromTheStart) {
      world.zones.forEach(z -> world.podsOf(z).forEach(world.down::add));
    }
    replicas.forEach(SimReplica::start);
    world.changed();
    if (!fromTheStart) {
      pass(2_000);
    }
    for (var event : schedule.events()) {
      pass(event.afterMillis());
      happens(event);
      lastEvent = now;
    }
    new Rest(this, schedule).afterTheLastFault();
    return this;
  }

  /** Lets time pass, with the turns that come meanwhile. */
  void pass(long millis) {
    long until = now + millis;
    while (true) {
      var replica = next();
      if (replica == null || replica.nextTurn > until) {
        now = until;
        election.hold(now);
        return;
      }
      now = Math.max(now, replica.nextTurn);
      election.hold(now);
      replica.nextTurn = now + pause(replica);
      looks++;
      replica.turn();
    }
  }

  /** Whose turn comes first; null when none runs. */
  private SimReplica next() {
    SimReplica first = null;
    for (var r : replicas) {
      if (r.running && (first == null || r.nextTurn < first.nextTurn)) {
        first = r;
      }
    }
    return first;
  }

  /** Where nothing happens, an operator that looks less often sees the same. */
  private long pause(SimReplica replica) {
    long quiet = now - lastEvent;
    long seldom = Math.min(10_000, replica.elected ? quiet / 2 : quiet);
    return (quiet < 1500 ? LOOK_MILLIS : seldom) + random.nextInt(40);
  }

  void lookOftenFromNow() {
    lastEvent = now;
    replicas.forEach(r -> r.nextTurn = Math.min(r.nextTurn, now + random.nextInt(LOOK_MILLIS)));
  }

  void othersTurn(SimReplica me) {
    for (var other : replicas) {
      if (other != me && other.running) {
        other.turn();
      }
    }
  }

  /** Gateways hold their stream to a replica that they reach, and follow its plan. */
  void discover() {
    for (var gateway : world.zones) {
      if (world.hasLivingGateway(gateway)) {
        home(gateway).flatMap(SimReplica::plan).ifPresent(plan -> world.give(gateway, plan));
      }
    }
  }

  private Optional<SimReplica> home(String gateway) {
    int first = Math.floorMod(gateway.hashCode(), replicas.size());
    for (int i = 0; i < replicas.size(); i++) {
      var r = replicas.get((first + i) % replicas.size());
      if (r.running && r.plan().isPresent() && r.reaches(gateway)) {
        return Optional.of(r);
      }
    }
    return Optional.empty();
  }

  private void happens(Schedule.Event e) {
    var zone = world.zones.get(e.a() % world.zones.size());
    var other = world.zones.get(e.b() % world.zones.size());
    var pod = SimWorld.pod(zone, e.b() % schedule.pods());
    var replica = replicas.get(e.a() % replicas.size());
    switch (e.kind()) {
      case Cut -> world.cut.add(zone);
      case Heal -> world.cut.remove(zone);
      case Kill -> world.down.add(pod);
      case Revive -> world.down.remove(pod);
      case Partition -> world.partitions.add(zone + ">" + other);
      case Join -> world.partitions.remove(zone + ">" + other);
      case Late -> world.late.add(zone);
      case Prompt -> world.late.remove(zone);
      case Starve -> world.starved.add(zone);
      case Feed -> world.starved.remove(zone);
      case PodGone -> world.gone.add(pod);
      case PodBack -> world.gone.remove(pod);
      case PodLeaves -> world.leaving.add(pod);
      case PodNew -> world.renew(pod);
      case PodLoaded -> world.starting.remove(pod);
      case Unready -> world.unready.add(pod);
      case Ready -> world.unready.remove(pod);
      case NodesGone -> world.nodesGone.add(zone);
      case NodesBack -> world.nodesGone.remove(zone);
      case GatewayGone -> gatewayGoes(zone);
      case GatewayBack -> gatewayComes(zone);
      case GatewayDies -> gatewayDies(zone);
      case GatewayRuns -> world.gatewaysDead.remove(zone);
      case GatewayUnready -> world.gatewaysUnready.add(zone);
      case GatewayReady -> world.gatewaysUnready.remove(zone);
      case Blind -> replica.blind.add(other);
      case See -> replica.blind.remove(other);
      case ApiDown -> apiDown = true;
      case ApiUp -> apiDown = false;
      case ApiCut -> replica.apiCut = true;
      case ApiBack -> replica.apiCut = false;
      case Lag -> replica.lagMillis = e.b() * 400;
      case Crash -> replica.crashAt = SimReplica.Step.values()[e.b() % 8];
      case Start -> start(replica);
      case Lead -> election.give(replica, true);
      case LeadToo -> election.give(replica, false);
      case LostAnswer -> replica.answerLost = true;
      case Refuse -> replica.refused = true;
      case Overtake -> replica.overtaken = true;
      case Sleep -> replica.nextTurn = now + e.b() * 1000L;
      case Drain -> people.drain(zone, Optional.empty());
      case DrainFor -> people.drain(zone, Optional.of(BEGIN.plusMillis(now + e.b() * 2000L)));
      case Undrain -> people.undrain(zone);
      case Manual -> people.manual(true);
      case Automatic -> people.manual(false);
      case RemoveZone -> people.remove(zone);
      case AddZone -> people.add(zone);
      case Recreate -> {
        api.recreate(now);
        promises.madeAnew();
      }
    }
    if (!apiDown) {
      api.edit(people.spec(), now);
    }
    world.changed();
    discover();
    promises.gatewaysChanged(world);
  }

  private void gatewayGoes(String zone) {
    world.gatewaysGone.add(zone);
    world.forgetPlan(zone);
  }

  private void gatewayComes(String zone) {
    if (world.gatewaysGone.remove(zone)) {
      world.labelled.add(zone);
      world.gatewaysDead.remove(zone);
      world.gatewaysUnready.remove(zone);
    }
  }

  private void gatewayDies(String zone) {
    world.gatewaysDead.add(zone);
    world.forgetPlan(zone);
  }

  private void start(SimReplica replica) {
    if (!replica.running && !apiDown && !replica.apiCut && !world.cut.contains(replica.zone)) {
      replica.start();
    }
  }

  /** The operator and its API server are well again; zones are as they are. */
  void mendOperator() {
    apiDown = false;
    for (var r : replicas) {
      r.apiCut = false;
      r.lagMillis = 0;
      r.crashAt = null;
      r.answerLost = r.refused = r.overtaken = false;
      r.blind.clear();
      start(r);
    }
    election.oneAtMost();
    api.edit(people.spec(), now);
    world.changed();
    discover();
    lookOftenFromNow();
  }

  void mendAll() {
    for (var zone : world.zones) {
      gatewayComes(zone);
    }
    world.healAll();
    promises.gatewaysChanged(world);
    mendOperator();
  }

  long now() {
    return now;
  }

  int looks() {
    return looks;
  }

  SplittableRandom random() {
    return random;
  }

  SimWorld world() {
    return world;
  }

  SimApi api() {
    return api;
  }

  boolean apiUp() {
    return !apiDown;
  }

  People people() {
    return people;
  }

  Promises promises() {
    return promises;
  }

  SimElection election() {
    return election;
  }

  List<SimReplica> replicas() {
    return replicas;
  }
}
