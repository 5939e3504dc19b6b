package io.zonefleet.e2e.demo;

import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.e2e.cluster.Clusters;
import io.zonefleet.e2e.cluster.ZoneCluster;
import io.zonefleet.e2e.cluster.ZoneCluster.Vantage;
import io.zonefleet.e2e.fleet.Fleet;
import io.zonefleet.e2e.fleet.Installation;
import io.zonefleet.e2e.load.Question;
import io.zonefleet.e2e.load.RunningLoad;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Shows a model that answers from three zones, and that the loss of one costs no request. */
public final class Demo {

  private static final String FLEET = "chat";

  /** Two clients of so many requests a second leave a machine of two cores room for a neighbour. */
  private static final int RATE = 25;

  private static final List<String> QUESTIONS =
      List.of("What is the capital of Japan?", "你好", "中国的首都是哪里?");

  private final Options options;
  private final Progress progress;
  private final ZoneCluster cluster;

  private Demo(Options options, Progress progress, ZoneCluster cluster) {
    this.options = options;
    this.progress = progress;
    this.cluster = cluster;
  }

  /**
   * @param cluster {@code auto}, {@code zonelab} or {@code k3s}
   * @param json whether the last line of standard output is one JSON object
   * @param started when the set-up began
   * @param images archives to load into the nodes
   */
  private record Options(
      String cluster, boolean keep, boolean json, Instant started, List<Path> images) {

    static Options parse(String[] args) {
      return new Options(
          args[0],
          Boolean.parseBoolean(args[1]),
          Boolean.parseBoolean(args[2]),
          Instant.ofEpochSecond(Long.parseLong(args[3])),
          Arrays.stream(args).skip(4).map(Path::of).toList());
    }
  }

  /**
   * Called by {@code bin/demo}.
   *
   * @param args cluster (auto, zonelab, k3s), keep (true, false), json (true, false), start of the
   *     set-up in seconds since 1970, image archives
   */
  public static void main(String[] args) throws Exception {
    var options = Options.parse(args);
    var progress = new Progress(options.started());
    var cluster =
        progress.step(
            "a Kubernetes cluster with one node in each of " + Clusters.ZONES,
            () -> Clusters.start(options.cluster(), "demo", options.keep()));
    var cleanUp = Thread.ofPlatform().unstarted(cluster::close);
    // Ctrl-C too
    Runtime.getRuntime().addShutdownHook(cleanUp);
    new Demo(options, progress, cluster).run();
    if (options.keep()) {
      progress.say("The cluster is left running: export KUBECONFIG=" + cluster.kubeconfig());
    }
  }

  private void run() throws Exception {
    progress.step("images into the nodes", () -> cluster.load(options.images()));
    try (var installation =
        progress.step("helm install: the operator", () -> Installation.on(cluster))) {
      progress.step("kubectl apply: the tiny model's weights", installation::bringWeights);
      progress.step(
          "kubectl apply: examples/quickstart.yaml", () -> installation.apply("quickstart.yaml"));
      try (var fleet = Fleet.existing(installation.client(), FLEET)) {
        progress.step(
            "every zone ready", () -> fleet.awaitCondition("Ready", "True", Duration.ofMinutes(3)));
        var setUp = progress.elapsed();
        show(installation);
        var answers = QUESTIONS.stream().map(question -> ask(fleet, question)).toList();
        var report = loseAZone(installation, fleet, setUp, answers);
        report.print(progress);
        if (options.json()) {
          System.out.println(report.json(progress.elapsed()));
        }
        if (options.keep()) {
          fleet.keep();
        }
      }
    }
  }

  private Report loseAZone(
      Installation installation, Fleet fleet, Duration setUp, List<Map<String, String>> answers)
      throws Exception {
    var lost = fleet.status().active();
    var survivor = cluster.zones().stream().filter(z -> !z.equals(lost)).findFirst().orElseThrow();
    progress.say(
        "Load: %d requests/s from %s and as many from a host in no zone".formatted(RATE, survivor));
    try (var near = load(new Vantage.InZone(survivor), fleet);
        var outside = load(new Vantage.NoZone(), fleet)) {
      near.awaitAnswers(3 * RATE, Duration.ofSeconds(60));
      outside.awaitAnswers(3 * RATE, Duration.ofSeconds(60));
      progress.say(
          "Cutting %s, which serves all of it, off the network; the operator's leader runs in %s"
              .formatted(lost, installation.leader().zone()));
      var cut = cluster.cut(lost);
      fleet.awaitRole(lost, "Lost", Duration.ofSeconds(30));
      var status = Duration.between(cut, Instant.now());
      near.awaitAnswers(near.soFar().answers().size() + 5 * RATE, Duration.ofSeconds(30));
      var report =
          new Report(
              cluster.kind(), setUp, lost, cut, status, near.stop(), outside.stop(), answers);
      show(installation);
      progress.step(
          "healing " + lost + "; traffic comes back once it has proved stable",
          () -> {
            cluster.heal(lost);
            fleet.awaitTraffic(lost);
            fleet.awaitCondition("Ready", "True", Duration.ofMinutes(3));
          });
      show(installation);
      return report;
    }
  }

  private RunningLoad load(Vantage from, Fleet fleet) {
    return RunningLoad.start(cluster, from, fleet.completionsUrl(), RATE, Question.completion(8));
  }

  private Map<String, String> ask(Fleet fleet, String question) {
    var body =
        Serialization.asJson(
            Map.of(
                "model",
                "tiny-r1",
                "messages",
                List.of(Map.of("role", "user", "content", question)),
                "temperature",
                0));
    var reply =
        Question.ask(cluster, new Vantage.NoZone(), fleet.url() + "/v1/chat/completions", body);
    var message =
        Serialization.unmarshal(reply.body(), Completion.class).choices().getFirst().message();
    progress.say("  %s  →  %s   (%s)".formatted(question, message.content().strip(), reply.zone()));
    return Map.of("question", question, "answer", message.content().strip(), "zone", reply.zone());
  }

  private void show(Installation installation) {
    progress.say("$ kubectl get deepseek");
    progress.say(installation.kubectl("get", "deepseek").strip());
  }
}
