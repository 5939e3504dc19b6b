package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.zonefleet.operator.cluster.AuthoritySecret;
import io.zonefleet.operator.cluster.Clients;
import io.zonefleet.operator.cluster.GatewayCertificates;
import io.zonefleet.operator.traffic.XdsCredentials;
import io.zonefleet.operator.trust.Authority;
import io.zonefleet.operator.trust.Issuer;
import io.zonefleet.operator.trust.Lifetimes;
import io.zonefleet.operator.trust.Rotation;
import io.zonefleet.operator.trust.Upkeep;
import io.zonefleet.operator.trust.Upkeep.Found;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Replicas that start at once, and the Secret that they share, on a real API server. */
@ExtendWith(ApiServerIsBuilt.class)
class TrustLoopTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static ApiServer api;
  private static int count;

  private final String name = "ca-" + ++count;
  private final List<TestReplica> replicas = new ArrayList<>();

  @BeforeAll
  static void startApi() {
    api = new ApiServer();
  }

  @AfterAll
  static void stopApi() {
    if (api != null) {
      api.close();
    }
  }

  @AfterEach
  void close() {
    replicas.forEach(TestReplica::close);
  }

  @Test
  void threeReplicasThatStartAtOnceAgree() {
    var starting =
        List.of(replica(), replica(), replica()).stream()
            .map(replica -> CompletableFuture.runAsync(replica::start))
            .toList();
    starting.forEach(CompletableFuture::join);

    var held = held();
    Eventually.holds(
        "all sign with what the Secret holds",
        SOON,
        () -> replicas.stream().allMatch(r -> r.uses(held)));
  }

  @Test
  void aDeletedSecretComesBackWithTheSameAuthority() {
    started();
    started();
    var before = held();

    secret().delete();

    Eventually.holds("it is back", SOON, () -> secret().get() != null && held().equals(before));
  }

  @Test
  void aBrokenSecretComesBackWithTheSameAuthority() {
    started();
    var before = held();

    secret().edit(s -> new SecretBuilder(s).removeFromData("current.crt").build());

    Eventually.holds(
        "it is mended",
        SOON,
        () -> reader().read() instanceof Found.Readable r && r.authority().equals(before));
  }

  @Test
  void allFollowAnAuthorityThatIsPutInItsPlace() {
    var one = started();
    var other = started();
    var lifetimes = Lifetimes.DEFAULT;
    var next = Authority.first(new Issuer(lifetimes), InstantSource.system().instant());

    reader().replace(((Found.Readable) reader().read()).version(), next);

    Eventually.holds("both follow", SOON, () -> one.uses(next) && other.uses(next));
  }

  private TestReplica started() {
    var replica = replica();
    replica.start();
    return replica;
  }

  private TestReplica replica() {
    var replica = new TestReplica(name);
    replicas.add(replica);
    return replica;
  }

  private Authority held() {
    return ((Found.Readable) reader().read()).authority();
  }

  private AuthoritySecret reader() {
    return new AuthoritySecret(api.client(), api.client(), "default", name);
  }

  private Resource<Secret> secret() {
    return api.client().secrets().inNamespace("default").withName(name);
  }

  /** What of a replica has to do with certificates. */
  private static final class TestReplica implements AutoCloseable {
    private final KubernetesClient quick = Clients.quick(api.config());
    private final KubernetesClient watching = Clients.watching(api.config());
    private final ServerCertificate server;
    private final TrustLoop loop;

    TestReplica(String name) {
      var issuer = new Issuer(Lifetimes.DEFAULT);
      server =
          new ServerCertificate(
              "xds", issuer, Lifetimes.DEFAULT, new XdsCredentials(), new SimpleMeterRegistry());
      loop =
          new TrustLoop(
              new AuthoritySecret(quick, watching, "default", name),
              new GatewayCertificates(quick, issuer, Lifetimes.DEFAULT),
              server,
              new Upkeep(new Rotation(Lifetimes.DEFAULT, issuer), issuer),
              new TrustLoop.Fleets(List::of, () -> false),
              InstantSource.system(),
              // the watch alone has to tell of changes
              Duration.ofMinutes(5));
    }

    void start() {
      try {
        loop.start();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    boolean uses(Authority authority) {
      return server.shows().filter(authority::signed).isPresent();
    }

    @Override
    public void close() {
      loop.close();
      watching.close();
      quick.close();
    }
  }
}
