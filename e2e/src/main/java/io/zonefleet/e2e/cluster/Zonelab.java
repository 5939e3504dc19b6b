package io.zonefleet.e2e.cluster;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** A cluster that {@code bin/zonelab} runs on this machine. */
public final class Zonelab implements ZoneCluster {

  private final String binary = Command.repository().resolve("bin/zonelab").toString();
  private final String name;
  private final List<String> zones;

  private final boolean keep;

  private Zonelab(String name, List<String> zones, boolean keep) {
    this.name = name;
    this.zones = List.copyOf(zones);
    this.keep = keep;
  }

  /**
   * Brings the lab up, or takes it over if it is up.
   *
   * @param keep whether {@link #close} leaves it running
   */
  public static Zonelab up(String name, List<String> zones, boolean keep) {
    var lab = new Zonelab(name, zones, keep);
    lab.lab("up", "--zones", String.join(",", zones));
    return lab;
  }

  @Override
  public String kind() {
    return "zonelab";
  }

  @Override
  public Path kubeconfig() {
    return Path.of(lab("kubeconfig").strip());
  }

  @Override
  public List<String> zones() {
    return zones;
  }

  @Override
  public void load(List<Path> archives) {
    lab("load", archives.stream().map(Path::toString).toArray(String[]::new));
  }

  @Override
  public Instant cut(String zone) {
    return fault("cut", zone);
  }

  @Override
  public void heal(String zone) {
    lab("heal", zone);
  }

  @Override
  public void kill(String namespace, String selector) {
    signal("kill", namespace, selector);
  }

  @Override
  public void freeze(String namespace, String selector) {
    signal("freeze", namespace, selector);
  }

  @Override
  public void thaw(String namespace, String selector) {
    signal("thaw", namespace, selector);
  }

  @Override
  public Process run(Vantage from, Class<?> program, String... arguments) {
    var where =
        switch (from) {
          case Vantage.InZone(var zone) -> List.of("--zone", zone);
          case Vantage.NoZone() -> List.of("--client");
        };
    var head = Command.concat(List.of(binary, "exec", "--name", name), where);
    return Command.start(
        Command.concat(Command.concat(head, List.of("--")), Command.java(program, arguments)));
  }

  /**
   * Runs a command of the lab that breaks or mends something, such as {@code loss zone-a 30}.
   *
   * @return when it was done
   */
  public Instant fault(String verb, String... arguments) {
    return Instant.parse(lab(verb, arguments).lines().toList().getLast());
  }

  /** Starts a program in the zone's network; SIGTERM ends it. */
  public Process exec(String zone, String... command) {
    return Command.start(
        Command.concat(
            List.of(binary, "exec", "--name", name, "--zone", zone, "--"), List.of(command)));
  }

  @Override
  public void close() {
    if (!keep) {
      lab("down");
    }
  }

  private void signal(String verb, String namespace, String selector) {
    lab(verb, "--selector", selector, "--namespace", namespace);
  }

  private String lab(String verb, String... arguments) {
    var command = Command.concat(List.of(binary, verb, "--name", name), List.of(arguments));
    return Command.output(command.toArray(String[]::new));
  }
}
