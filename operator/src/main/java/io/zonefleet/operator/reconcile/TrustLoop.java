package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.cluster.AuthoritySecret;
import io.zonefleet.operator.cluster.ClusterView;
import io.zonefleet.operator.cluster.GatewayCertificates;
import io.zonefleet.operator.fleet.FleetProblems;
import io.zonefleet.operator.trust.Authority;
import io.zonefleet.operator.trust.Upkeep;
import io.zonefleet.operator.trust.Upkeep.Step;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Keeps the authority, this replica's certificate and, on the leader, those of all gateways. Looks
 * when the authority's Secret changes, and from time to time, for that is what makes things due.
 */
final class TrustLoop implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(TrustLoop.class);

  private static final Duration TRY_AGAIN = Duration.ofSeconds(1);

  /**
   * @param all that there are
   * @param mine whether this replica leads, and so writes for them
   */
  record Fleets(Supplier<List<DeepSeekDeployment>> all, BooleanSupplier mine) {}

  private final AuthoritySecret secret;
  private final GatewayCertificates gateways;
  private final ServerCertificate server;
  private final Upkeep upkeep;
  private final Fleets fleets;
  private final InstantSource clock;
  private final Duration interval;
  private final Semaphore changes = new Semaphore(0);
  private volatile Optional<Authority> known = Optional.empty();
  private volatile boolean closed;
  private Instant firstLook;
  private String lastProblem = "";

  TrustLoop(
      AuthoritySecret secret,
      GatewayCertificates gateways,
      ServerCertificate server,
      Upkeep upkeep,
      Fleets fleets,
      InstantSource clock,
      Duration interval) {
    this.secret = secret;
    this.gateways = gateways;
    this.server = server;
    this.upkeep = upkeep;
    this.fleets = fleets;
    this.clock = clock;
    this.interval = interval;
  }

  /** Returns once this replica has a certificate; then goes on in the background. */
  void start() throws InterruptedException {
    firstLook = clock.instant();
    secret.start(changes::release);
    while (!closed && !look()) {
      pause(TRY_AGAIN);
    }
    Thread.ofVirtual().name("trust").start(this::goOn);
  }

  private void goOn() {
    try {
      while (!closed) {
        boolean settled = look();
        renewGateways();
        pause(settled ? interval : TRY_AGAIN);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Until the Secret changes, or for so long. */
  private void pause(Duration time) throws InterruptedException {
    changes.tryAcquire(time.toNanos(), TimeUnit.NANOSECONDS);
    changes.drainPermits();
  }

  /** Whether this replica uses the authority that the API server holds. */
  private boolean look() {
    boolean settled = false;
    try {
      settled = take(upkeep.decide(secret.read(), known, firstLook, clock.instant()));
      if (settled) {
        lastProblem = "";
      }
    } catch (KubernetesClientException e) {
      problem("authority of xDS certificates: " + e.getMessage());
    }
    // what it knows is good enough to renew its own, whether or not the API server answers
    known.ifPresent(authority -> server.keep(authority, clock.instant()));
    return settled;
  }

  private boolean take(Step step) {
    switch (step) {
      case Step.Use use -> known = Optional.of(use.authority());
      case Step.Create create -> {
        if (!secret.create(create.authority())) {
          return false;
        }
        LOG.infof("authority of xDS certificates created: %s", create.authority().current());
        known = Optional.of(create.authority());
      }
      case Step.Replace replace -> {
        if (!secret.replace(replace.version(), replace.authority())) {
          return false;
        }
        LOG.infof(
            "authority of xDS certificates replaced (%s): %s",
            replace.why(), replace.authority().current());
        known = Optional.of(replace.authority());
      }
      case Step.Wait wait -> {
        problem("the authority's Secret cannot be read: " + wait.why());
        return false;
      }
    }
    return true;
  }

  private void renewGateways() {
    if (!fleets.mine().getAsBoolean()) {
      return;
    }
    for (var fleet : fleets.all().get()) {
      try {
        if (!fleet.isMarkedForDeletion() && FleetProblems.of(fleet).isEmpty()) {
          keep(fleet).ifPresent(why -> LOG.warnf("%s: %s", name(fleet), why));
        }
      } catch (KubernetesClientException e) {
        LOG.warnf("certificate of %s's gateways: %s", name(fleet), e.getMessage());
      }
    }
  }

  /**
   * Sees to the certificate of a fleet's gateways. Thread-safe.
   *
   * @return why that cannot be done, in a sentence; empty when all is well
   * @throws KubernetesClientException when the API server cannot be asked
   */
  Optional<String> keep(DeepSeekDeployment fleet) {
    return known.isEmpty()
        ? Optional.of("this replica has no authority for certificates yet")
        : gateways.keep(fleet, known.get(), clock.instant());
  }

  private void problem(String words) {
    if (!words.equals(lastProblem)) {
      LOG.warn(words);
      lastProblem = words;
    }
  }

  private static String name(DeepSeekDeployment fleet) {
    return ClusterView.key(fleet).nodeCluster();
  }

  @Override
  public void close() {
    closed = true;
    changes.release();
    secret.close();
  }
}
