package io.zonefleet.operator.cluster;

import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.ObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import io.zonefleet.operator.zones.Action;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.UUID;
import org.jboss.logging.Logger;

/** Tells of each decision by one event on the resource, for {@code kubectl describe}. */
public final class DecisionEvents {
  private static final Logger LOG = Logger.getLogger(DecisionEvents.class);
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
  private static final int LONGEST_NOTE = 1000;

  private final KubernetesClient client;
  private final String reporter;

  /**
   * @param client with short time-outs and without retries
   * @param reporter name of this operator's pod
   */
  public DecisionEvents(KubernetesClient client, String reporter) {
    this.client = client;
    this.reporter = reporter;
  }

  /** Starts to tell, and waits for nothing. An event that exists already is not told again. */
  public void tell(DeepSeekDeployment fleet, long epoch, Instant at, Action action) {
    Thread.startVirtualThread(() -> create(fleet, epoch, at, action));
  }

  private void create(DeepSeekDeployment fleet, long epoch, Instant at, Action action) {
    var meta = fleet.getMetadata();
    var note = action.message();
    var event =
        new EventBuilder()
            .withNewMetadata()
            .withName(name(fleet, epoch, action))
            .withNamespace(meta.getNamespace())
            .endMetadata()
            .withEventTime(new MicroTime(MICROS.format(at)))
            .withReportingController("zonefleet.io/operator")
            .withReportingInstance(reporter)
            .withAction("Decide")
            .withReason(action.reason())
            .withType(action.warning() ? "Warning" : "Normal")
            .withNote(note.length() > LONGEST_NOTE ? note.substring(0, LONGEST_NOTE) + "…" : note)
            .withRegarding(
                new ObjectReferenceBuilder()
                    .withApiVersion(fleet.getApiVersion())
                    .withKind(fleet.getKind())
                    .withNamespace(meta.getNamespace())
                    .withName(meta.getName())
                    .withUid(meta.getUid())
                    .build())
            .build();
    try {
      client.resource(event).create();
    } catch (KubernetesClientException e) {
      if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
        LOG.warnf("event of %s/%s: %s", meta.getNamespace(), meta.getName(), e.getMessage());
      }
    }
  }

  /** The same decision has the same name, whoever tells of it and however often. */
  private static String name(DeepSeekDeployment fleet, long epoch, Action action) {
    var what =
        fleet.getMetadata().getUid() + "/" + epoch + "/" + action.reason() + "/" + subject(action);
    return "%s.%d.%s.%s"
        .formatted(
            fleet.getMetadata().getName(),
            epoch,
            action.reason().toLowerCase(Locale.ROOT),
            UUID.nameUUIDFromBytes(what.getBytes(StandardCharsets.UTF_8))
                .toString()
                .substring(0, 8));
  }

  private static String subject(Action action) {
    return switch (action) {
      case Action.ZoneSwitched a -> a.move().from();
      case Action.ZoneActivated a -> a.zone();
      case Action.ZoneLost a -> a.zone();
      case Action.ZoneRecovered a -> a.zone();
      case Action.ZoneDrained a -> a.zone();
      // these change no epoch, so that they may come again in the same one
      case Action.DrainRefused a -> a.zone() + UUID.randomUUID();
      case Action.Degraded a -> UUID.randomUUID().toString();
    };
  }
}
