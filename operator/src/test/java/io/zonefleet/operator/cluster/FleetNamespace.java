package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.fleet.FleetObjects;
import io.zonefleet.operator.fleet.Fleets;
import io.zonefleet.operator.reconcile.ApiServer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A namespace of its own on a real API server, and the applier that fills it. */
final class FleetNamespace {
  static final List<Class<? extends HasMetadata>> KINDS =
      List.of(
          ServiceAccount.class,
          NetworkPolicy.class,
          ConfigMap.class,
          Service.class,
          PodDisruptionBudget.class,
          StatefulSet.class,
          Deployment.class,
          PersistentVolumeClaim.class);

  private static final AtomicInteger COUNT = new AtomicInteger();

  final KubernetesClient client;
  final String namespace = "fleet-" + COUNT.incrementAndGet();
  private final Applier applier;
  private final Map<String, String> yamls = new TreeMap<>();

  FleetNamespace(ApiServer server) {
    client = server.client();
    applier = new Applier(client);
    server.namespace(namespace);
  }

  Applied apply(DeepSeekDeployment fleet) {
    return applier.apply(fleet, FleetObjects.of(fleet, Fleets.SETTINGS));
  }

  /** Creates the resource as a user would, so that the API server fills in the defaults. */
  DeepSeekDeployment create(String yaml) {
    var mine = yaml.replaceAll("namespace: default, uid: [a-z-]+", "namespace: " + namespace);
    var created =
        client.resource(Serialization.unmarshal(mine, GenericKubernetesResource.class)).create();
    yamls.put(created.getMetadata().getName(), mine);
    return typed(created);
  }

  DeepSeekDeployment edit(DeepSeekDeployment fleet, UnaryOperator<String> change) {
    var yaml = change.apply(yamls.get(fleet.getMetadata().getName()));
    return typed(
        client.resource(Serialization.unmarshal(yaml, GenericKubernetesResource.class)).update());
  }

  private static DeepSeekDeployment typed(GenericKubernetesResource resource) {
    return Serialization.unmarshal(Serialization.asJson(resource), DeepSeekDeployment.class);
  }

  Map<String, String> claimUids() {
    return client.persistentVolumeClaims().inNamespace(namespace).list().getItems().stream()
        .collect(Collectors.toMap(c -> c.getMetadata().getName(), c -> c.getMetadata().getUid()));
  }

  /** Resource versions of all objects in the namespace, by kind and name. */
  Map<String, String> versions() {
    return KINDS.stream()
        .flatMap(kind -> client.resources(kind).inNamespace(namespace).list().getItems().stream())
        .collect(
            Collectors.toMap(
                object -> object.getKind() + " " + object.getMetadata().getName(),
                object -> object.getMetadata().getResourceVersion(),
                (a, b) -> a,
                TreeMap::new));
  }
}
