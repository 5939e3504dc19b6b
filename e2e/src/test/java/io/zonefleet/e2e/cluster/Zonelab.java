package io.zonefleet.e2e.cluster;

import java.nio.file.Path;
import java.util.List;

/** A cluster that {@code bin/zonelab} runs on this machine. */
public final class Zonelab implements ZoneCluster {

  private final String binary = Command.repository().resolve("bin/zonelab").toString();
  private final String name;
  private final List<String> zones;

  /** Takes over the lab of that name, which must be up and have these zones. */
  public Zonelab(String name, List<String> zones) {
    this.name = name;
    this.zones = List.copyOf(zones);
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
  public void cut(String zone) {
    lab("cut", zone);
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
  public Process run(Vantage from, List<String> command) {
    var where =
        switch (from) {
          case Vantage.InZone(var zone) -> List.of("--zone", zone);
          case Vantage.NoZone() -> List.of("--client");
        };
    var head = Command.concat(List.of(binary, "exec", "--name", name), where);
    return Command.start(Command.concat(Command.concat(head, List.of("--")), command));
  }

  private void signal(String verb, String namespace, String selector) {
    lab(verb, "--selector", selector, "--namespace", namespace);
  }

  private String lab(String verb, String... arguments) {
    var command = Command.concat(List.of(binary, verb, "--name", name), List.of(arguments));
    return Command.output(command.toArray(String[]::new));
  }
}
