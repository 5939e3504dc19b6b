package io.zonefleet.operator.reconcile;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.javaoperatorsdk.operator.api.config.informer.Informer;
import io.javaoperatorsdk.operator.api.config.informer.InformerEventSourceConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.MaxReconciliationInterval;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.javaoperatorsdk.operator.processing.event.source.inbound.SimpleInboundEventSource;
import io.javaoperatorsdk.operator.processing.event.source.informer.InformerEventSource;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.cluster.Applier;
import io.zonefleet.operator.cluster.ClusterView;
import io.zonefleet.operator.cluster.Leadership;
import io.zonefleet.operator.fleet.FleetObjects;
import io.zonefleet.operator.fleet.FleetProblems;
import io.zonefleet.operator.fleet.FleetSettings;
import io.zonefleet.operator.fleet.Labels;
import io.zonefleet.operator.status.Finding;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Brings a fleet's objects to what its resource asks for. The leader alone does that; what comes of
 * it is written into the status by the fleet's loop.
 */
@ControllerConfiguration(
    name = "deepseekdeployment",
    informer = @Informer(onUpdateFilter = FleetChanges.class),
    generationAwareEventProcessing = false,
    maxReconciliationInterval =
        @MaxReconciliationInterval(interval = 5, timeUnit = TimeUnit.MINUTES))
public class FleetReconciler implements Reconciler<DeepSeekDeployment> {
  private static final Duration TRY_AGAIN = Duration.ofSeconds(10);

  /** Between looks at whether the next zone may change its pods. */
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(2);

  /**
   * A lead is often gained because a zone is lost. Applying all objects at that moment would hold
   * up the decision, which needs the same API server.
   */
  private static final Executor DECISION_FIRST =
      CompletableFuture.delayedExecutor(2, TimeUnit.SECONDS);

  private final Applier applier;
  private final FleetSettings settings;
  private final Leadership leadership;
  private final ClusterView view;
  private final TrustLoop trust;
  private final Applications applications;
  private final FrontTurns fronts;
  private final Surges surges;
  private final SimpleInboundEventSource<DeepSeekDeployment> leads =
      new SimpleInboundEventSource<>("leadership");

  FleetReconciler(
      Applier applier,
      FleetSettings settings,
      Leadership leadership,
      ClusterView view,
      TrustLoop trust,
      Applications applications) {
    this.applier = applier;
    this.settings = settings;
    this.leadership = leadership;
    this.view = view;
    this.trust = trust;
    this.applications = applications;
    this.fronts = new FrontTurns(view, InstantSource.system());
    this.surges = new Surges(view, InstantSource.system());
  }

  @Override
  public UpdateControl<DeepSeekDeployment> reconcile(
      DeepSeekDeployment fleet, Context<DeepSeekDeployment> context) {
    if (!leadership.leads() || fleet.isMarkedForDeletion()) {
      return UpdateControl.noUpdate();
    }
    var given = surges.now(fleet);
    var problems = invalid(fleet);
    if (problems.isEmpty()) {
      problems = apply(fleet, given);
    }
    note(fleet, problems, given);
    return again(problems, given);
  }

  private static List<Finding> invalid(DeepSeekDeployment fleet) {
    return FleetProblems.of(fleet).stream()
        .map(words -> Finding.ofFleet(Finding.Reason.SpecInvalid, words))
        .toList();
  }

  private List<Finding> apply(DeepSeekDeployment fleet, Surges.Given given) {
    // first, for pods wait for the Secret that they mount
    var withoutCertificate = trust.keep(fleet);
    var turn = fronts.of(fleet);
    var applied =
        applier.apply(fleet, FleetObjects.of(fleet, settings, turn.door(), given.replicas()));
    return Stream.of(
            Stream.concat(withoutCertificate.stream(), applied.refused().stream())
                .map(words -> Finding.ofFleet(Finding.Reason.ObjectsRefused, words)),
            turn.waits().stream().map(words -> Finding.ofFleet(Finding.Reason.FrontTurning, words)),
            applied.waits().stream()
                .map(wait -> Finding.ofZone(Finding.Reason.ZoneWaits, wait.zone(), wait.words())))
        .flatMap(found -> found)
        .toList();
  }

  private void note(DeepSeekDeployment fleet, List<Finding> problems, Surges.Given given) {
    var meta = fleet.getMetadata();
    applications.note(
        ClusterView.key(fleet),
        new Applications.Application(
            meta.getUid(), meta.getGeneration(), problems, given.replicas()));
  }

  /** A surge ends with time, not with a change of the resource. */
  private static UpdateControl<DeepSeekDeployment> again(
      List<Finding> problems, Surges.Given given) {
    var control = UpdateControl.<DeepSeekDeployment>noUpdate();
    if (problems.isEmpty()) {
      return given.isSurge() ? control.rescheduleAfter(TRY_AGAIN) : control;
    }
    var onlyWaits = problems.stream().noneMatch(p -> p.reason().isFault());
    return control.rescheduleAfter(onlyWaits ? LOOK_AGAIN : TRY_AGAIN);
  }

  /** What the fleet owns, so that drift is mended, and the gain of leadership. */
  @Override
  public List<EventSource<?, DeepSeekDeployment>> prepareEventSources(
      EventSourceContext<DeepSeekDeployment> context) {
    leadership.onGain(() -> DECISION_FIRST.execute(this::reconcileAll));
    var sources = new ArrayList<EventSource<?, DeepSeekDeployment>>();
    sources.add(leads);
    Stream.of(
            StatefulSet.class,
            Deployment.class,
            Service.class,
            ConfigMap.class,
            PodDisruptionBudget.class,
            NetworkPolicy.class)
        .forEach(kind -> sources.add(owned(kind, context)));
    return sources;
  }

  private void reconcileAll() {
    view.fleets().forEach(fleet -> leads.propagateEvent(ResourceID.fromResource(fleet)));
  }

  private static <T extends HasMetadata> InformerEventSource<T, DeepSeekDeployment> owned(
      Class<T> kind, EventSourceContext<DeepSeekDeployment> context) {
    return new InformerEventSource<>(
        InformerEventSourceConfiguration.from(kind, DeepSeekDeployment.class)
            .withLabelSelector(Labels.MANAGED_BY + "=" + Labels.ZONEFLEET)
            .withOnUpdateFilter(FleetReconciler::isChangedByHand)
            .build(),
        context);
  }

  /** A controller's report on an object changes its status, and neither of these. */
  private static boolean isChangedByHand(HasMetadata now, HasMetadata before) {
    var meta = now.getMetadata();
    return meta.getGeneration() == null
        || !Objects.equals(meta.getGeneration(), before.getMetadata().getGeneration())
        || !Objects.equals(meta.getLabels(), before.getMetadata().getLabels())
        || !Objects.equals(meta.getOwnerReferences(), before.getMetadata().getOwnerReferences());
  }
}
