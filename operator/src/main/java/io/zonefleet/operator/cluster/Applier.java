package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.fleet.GatewayPlan;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.rollout.ZoneTurns;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Brings a fleet's objects in the cluster to their desired state by server-side apply. */
public final class Applier {
  /**
   * Kinds that a fleet owns, and that are pruned. Claims are not among them: they are user data.
   */
  private static final List<Class<? extends HasMetadata>> OWNED =
      List.of(
          ServiceAccount.class,
          NetworkPolicy.class,
          ConfigMap.class,
          Service.class,
          PodDisruptionBudget.class,
          StatefulSet.class,
          Deployment.class);

  /** What the API server answers to an object that it will never take as it is. */
  static final Set<Integer> REFUSALS = Set.of(400, 403, 409, 422);

  private final KubernetesClient client;
  private final Map<String, Object> namespaces = new ConcurrentHashMap<>();

  public Applier(KubernetesClient client) {
    this.client = client;
  }

  /**
   * Applies what differs, deletes what the fleet owns and no longer needs, and touches nothing
   * else: no claim is deleted, no object of another owner is changed, and fields that others added
   * stay. An object that cannot be applied holds up no other. Does nothing for a fleet that is
   * being deleted.
   *
   * @param owner with namespace and uid
   * @param desired from {@code FleetObjects}, in the order in which to apply
   * @throws KubernetesClientException when the API server cannot be asked; the pass is to be
   *     repeated
   */
  public Applied apply(DeepSeekDeployment owner, List<HasMetadata> desired) {
    if (owner.getMetadata().getDeletionTimestamp() != null) {
      return Applied.NOTHING;
    }
    // two fleets that want one name must not both find it free
    synchronized (
        namespaces.computeIfAbsent(owner.getMetadata().getNamespace(), n -> new Object())) {
      return new Pass(owner).run(desired);
    }
  }

  private record Key(String kind, String name) {
    static Key of(HasMetadata object) {
      return new Key(object.getKind(), object.getMetadata().getName());
    }
  }

  /** One look at the cluster and what follows from it. */
  private final class Pass {
    private final DeepSeekDeployment owner;
    private final Ownership ownership;
    private final Map<Key, HasMetadata> live = new HashMap<>();
    private final List<String> refused = new ArrayList<>();
    private int written;
    private int pruned;

    Pass(DeepSeekDeployment owner) {
      this.owner = owner;
      ownership = new Ownership(owner);
      for (var kind : OWNED) {
        list(owner, kind);
      }
      list(owner, PersistentVolumeClaim.class);
    }

    private void list(DeepSeekDeployment owner, Class<? extends HasMetadata> kind) {
      client
          .resources(kind)
          .inNamespace(owner.getMetadata().getNamespace())
          .withLabels(Labels.fleet(owner.getMetadata().getName()))
          .list()
          .getItems()
          .forEach(object -> live.put(Key.of(object), object));
    }

    Applied run(List<HasMetadata> desired) {
      var turns = ZoneTurns.of(owner, sets(desired.stream()), sets(live.values().stream()));
      var sets = turns.sets().stream().collect(Collectors.toMap(Key::of, Function.identity()));
      for (var object : desired) {
        bring(sets.containsKey(Key.of(object)) ? sets.get(Key.of(object)) : object);
      }
      if (desired.stream().anyMatch(Deployment.class::isInstance)) {
        tellWhatBarsThePlan();
      }
      desired.stream().map(Key::of).forEach(live::remove);
      live.values().forEach(this::prune);
      return new Applied(written, pruned, List.copyOf(refused), turns.waits());
    }

    private static List<StatefulSet> sets(Stream<HasMetadata> objects) {
      return objects.filter(StatefulSet.class::isInstance).map(StatefulSet.class::cast).toList();
    }

    /** The plan that gateways start from is written whenever traffic changes, by others. */
    private void tellWhatBarsThePlan() {
      var found = client.resource(GatewayPlan.of(owner, Map.of())).get();
      if (found != null) {
        ownership.objection(found).ifPresent(refused::add);
      }
    }

    private void bring(HasMetadata wanted) {
      var desired = Imprint.mark(wanted);
      var found = live.get(Key.of(desired));
      if (found == null) {
        // it may be there without our labels, a stranger's or one of ours that lost them
        found = client.resource(desired).get();
      }
      if (found != null) {
        var objection = ownership.objection(found);
        if (objection.isPresent()) {
          refused.add(objection.get());
          return;
        }
        if (Imprint.holds(found, desired)) {
          return;
        }
      }
      write(found, desired);
    }

    private void write(HasMetadata found, HasMetadata desired) {
      try {
        var applied =
            client
                .resource(desired)
                .fieldManager(Labels.ZONEFLEET)
                .forceConflicts()
                .serverSideApply();
        if (found == null || !version(found).equals(version(applied))) {
          written++;
        }
      } catch (KubernetesClientException e) {
        refuse(desired, e);
      }
    }

    private void prune(HasMetadata object) {
      var mayGo =
          !(object instanceof PersistentVolumeClaim)
              && ownership.controls(object)
              && object.getMetadata().getDeletionTimestamp() == null;
      if (!mayGo) {
        return;
      }
      try {
        client.resource(object).withPropagationPolicy(DeletionPropagation.BACKGROUND).delete();
        pruned++;
      } catch (KubernetesClientException e) {
        refuse(object, e);
      }
    }

    private void refuse(HasMetadata object, KubernetesClientException e) {
      if (!REFUSALS.contains(e.getCode())) {
        throw e;
      }
      refused.add(Refusal.of(object, e));
    }
  }

  private static String version(HasMetadata object) {
    return object.getMetadata().getResourceVersion();
  }
}
