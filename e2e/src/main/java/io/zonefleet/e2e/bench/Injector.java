package io.zonefleet.e2e.bench;

import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.zonefleet.e2e.fleet.Await;
import io.zonefleet.e2e.fleet.Fleet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Breaks a scene and mends it. */
final class Injector {

  private static final Duration API_SERVER_HANGS = Duration.ofSeconds(60);
  private static final Duration BEFORE_THE_CUT = Duration.ofSeconds(5);
  private static final Duration ALL_DARK = Duration.ofSeconds(10);
  private static final Duration FLAP = Duration.ofSeconds(5);
  private static final int LOSS_PERCENT = 30;
  private static final int NOISE_PERCENT = 10;
  private static final int SLOWDOWN = 10;

  private final Scene scene;
  private final String first;
  private final List<Runnable> ends = new ArrayList<>();

  Injector(Scene scene) {
    this.scene = scene;
    this.first = scene.first();
  }

  /**
   * @param since when the scene began to change
   * @param at the fault
   * @param broken zones that cannot serve, or should not
   */
  record Injection(Instant since, Instant at, Set<String> broken) {
    static Injection of(Instant at, String... broken) {
      return new Injection(at, at, Set.of(broken));
    }
  }

  /** What must hold before the load starts. */
  void prepare(Fault fault) {
    switch (fault) {
      case OPERATOR_ZERO -> scene.installation().scaleOperator(0);
      case LEADER, OPERATOR_SEES -> scene.installation().leader().moveTo(first);
      case GATEWAYS_SEE -> scene.installation().leader().moveTo(scene.zones().get(1));
      default -> {}
    }
  }

  /** Begins the fault. */
  Injection inject(Fault fault) {
    return switch (fault) {
      case BLACK_HOLE, OPERATOR_ZERO, LEADER, FLAP -> Injection.of(cut(first), first);
      case KILLED -> Injection.of(signal("kill", scene.inference(first)), first);
      case FROZEN -> Injection.of(signal("freeze", scene.inference(first)), first);
      case UNREADY -> Injection.of(signal("terminate", scene.inference(first)), first);
      case SLOW -> {
        scene.pace(scene.inference(first), SLOWDOWN);
        yield Injection.of(Instant.now(), first);
      }
      case HALF -> Injection.of(signal("freeze", podZero()), first);
      case LOSS ->
          Injection.of(scene.lab().fault("loss", first, Integer.toString(LOSS_PERCENT)), first);
      case ONE_WAY ->
          Injection.of(
              scene.lab().fault("partition", scene.clientZone(), "--from", first, "--one-way"),
              first);
      case API_SERVER -> {
        var since = scene.lab().fault("pause", "kube-apiserver");
        pass(BEFORE_THE_CUT);
        yield new Injection(since, cut(first), Set.of(first));
      }
      case GATEWAY -> Injection.of(signal("kill", scene.gateways(scene.clientZone())));
      case TWO_ZONES -> {
        var at = cut(first);
        cut(scene.zones().get(1));
        yield Injection.of(at, first, scene.zones().get(1));
      }
      case ALL_ZONES -> {
        var at = cut(first);
        scene.zones().stream().skip(1).forEach(this::cut);
        yield Injection.of(at);
      }
      case DRAIN -> Injection.of(Instant.now(), first);
      case ROLLOUT -> rollout();
      case OPERATOR_SEES -> {
        var at = part(first, scene.zones().get(1));
        part(first, scene.zones().get(2));
        yield Injection.of(at, first);
      }
      case GATEWAYS_SEE -> Injection.of(part(scene.zones().get(1), first), first);
      case NOISE_LOSS -> {
        var at = Instant.now();
        scene
            .zones()
            .forEach(zone -> scene.lab().fault("loss", zone, Integer.toString(NOISE_PERCENT)));
        yield Injection.of(at);
      }
      case NOISE_BUSY -> {
        keepBusy();
        yield Injection.of(Instant.now());
      }
      case NOISE_PREFILL -> {
        ends.add(scene.prefills()::close);
        yield Injection.of(Instant.now());
      }
    };
  }

  /** Lets the time pass that is watched, and does what the fault does meanwhile. */
  void hold(Fault fault, Injection injection, Options options) {
    var window = Duration.ofSeconds(options.load(fault).windowSeconds());
    var end = injection.at().plus(window);
    switch (fault) {
      case API_SERVER -> {
        passUntil(injection.since().plus(API_SERVER_HANGS));
        scene.lab().fault("resume", "kube-apiserver");
        end = Instant.now().plus(window);
      }
      case ALL_ZONES -> {
        passUntil(injection.at().plus(ALL_DARK));
        scene.zones().forEach(scene.lab()::heal);
      }
      case FLAP -> {
        while (Instant.now().isBefore(end)) {
          pass(FLAP);
          scene.lab().heal(first);
          pass(FLAP);
          cut(first);
        }
      }
      case DRAIN -> drain();
      default -> {}
    }
    passUntil(end);
  }

  /** Mends everything, whatever was broken. */
  void mend(Fault fault) {
    ends.forEach(Runnable::run);
    ends.clear();
    scene.zones().forEach(scene.lab()::heal);
    switch (fault) {
      case API_SERVER -> scene.lab().fault("resume", "kube-apiserver");
      case FROZEN -> signal("thaw", scene.inference(first));
      case HALF -> signal("thaw", podZero());
      case KILLED, UNREADY -> scene.unpace(scene.inference(first));
      case SLOW -> scene.pace(scene.inference(first), 1);
      case OPERATOR_ZERO -> {
        // a zone whose node is not ready yet would get no replica, now and later
        scene
            .installation()
            .kubectl("wait", "--for=condition=Ready", "node", "--all", "--timeout=120s");
        scene.installation().scaleOperator(3);
      }
      case DRAIN -> {
        nodes(first).forEach(node -> scene.installation().kubectl("uncordon", node));
        // what was evicted stays where it went, and the next fault may want a leader in the zone
        scene.installation().scaleOperator(0);
        scene.installation().scaleOperator(3);
      }
      default -> {}
    }
  }

  private Instant cut(String zone) {
    return scene.lab().cut(zone);
  }

  private Instant part(String zone, String from) {
    return scene.lab().fault("partition", zone, "--from", from);
  }

  private Instant signal(String verb, String selector) {
    return scene.lab().fault(verb, "--selector", selector, "--namespace", Fleet.NAMESPACE);
  }

  private String podZero() {
    return "statefulset.kubernetes.io/pod-name=%s-%s-0".formatted(scene.name(), first);
  }

  private void drain() {
    for (var node : nodes(first)) {
      scene
          .installation()
          .kubectl(
              "drain",
              node,
              "--ignore-daemonsets",
              "--delete-emptydir-data",
              "--force",
              "--timeout=120s");
    }
  }

  private List<String> nodes(String zone) {
    return scene
        .client()
        .nodes()
        .withLabel("topology.kubernetes.io/zone", zone)
        .list()
        .getItems()
        .stream()
        .map(node -> node.getMetadata().getName())
        .toList();
  }

  /** A change of pods that no client should notice, and a cut while a zone is at it. */
  private Injection rollout() {
    var since = Instant.now();
    var fleet =
        scene
            .client()
            .genericKubernetesResources("zonefleet.io/v1alpha1", "DeepSeekDeployment")
            .inNamespace(Fleet.NAMESPACE)
            .withName(scene.name());
    // another value each time
    var drainSeconds = 11 + fleet.get().getMetadata().getGeneration() % 10;
    fleet.patch(
        PatchContext.of(PatchType.JSON_MERGE),
        "{\"spec\":{\"server\":{\"drainSeconds\":%d}}}".formatted(drainSeconds));
    var others = new HashSet<>(scene.zones());
    others.remove(first);
    Await.until(
        "a pod of " + others + " is being replaced",
        Duration.ofMinutes(2),
        () ->
            scene.pods().stream()
                .filter(
                    pod -> others.contains(pod.getMetadata().getLabels().get("zonefleet.io/zone")))
                .anyMatch(pod -> !Fleet.isReady(pod)));
    return new Injection(since, cut(first), Set.of(first));
  }

  private void keepBusy() {
    for (int core = 0; core < Runtime.getRuntime().availableProcessors(); core++) {
      try {
        ends.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start()::destroy);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void passUntil(Instant end) {
    var left = Duration.between(Instant.now(), end);
    if (left.isPositive()) {
      pass(left);
    }
  }

  private static void pass(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
