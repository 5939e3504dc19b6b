package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.zonefleet.api.v1alpha1.ObjectTemplate;
import io.zonefleet.api.v1alpha1.PodTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Merges {@code spec.template} over generated objects: lists grow, single values replace. */
final class PodOverrides {

  private PodOverrides() {}

  /** Changes to a pod; {@code null} changes nothing. Zonefleet's own labels stay as they are. */
  static PodTemplateSpec apply(PodTemplateSpec pod, PodTemplate changes) {
    if (changes == null) {
      return pod;
    }
    var spec = pod.getSpec();
    var merged =
        new PodTemplateSpecBuilder(pod)
            .editMetadata()
            .withLabels(under(pod.getMetadata().getLabels(), changes.labels()))
            .withAnnotations(under(pod.getMetadata().getAnnotations(), changes.annotations()))
            .endMetadata()
            .editSpec()
            .withNodeSelector(changes.nodeSelector())
            .withTolerations(joined(spec.getTolerations(), changes.tolerations()))
            .withImagePullSecrets(joined(spec.getImagePullSecrets(), changes.imagePullSecrets()))
            .withPriorityClassName(changes.priorityClassName())
            .withRuntimeClassName(changes.runtimeClassName())
            .withSchedulerName(changes.schedulerName());
    if (changes.securityContext() != null) {
      merged.withSecurityContext(merge(spec.getSecurityContext(), changes.securityContext()));
    }
    return merged.endSpec().build();
  }

  /** Changes to an object's metadata; {@code null} changes nothing. */
  static void apply(ObjectMeta meta, ObjectTemplate changes) {
    if (changes != null) {
      meta.setLabels(under(meta.getLabels(), changes.labels()));
      meta.setAnnotations(under(meta.getAnnotations(), changes.annotations()));
    }
  }

  private static Map<String, String> under(Map<String, String> ours, Map<String, String> theirs) {
    var merged = new TreeMap<String, String>();
    if (theirs != null) {
      merged.putAll(theirs);
    }
    if (ours != null) {
      merged.putAll(ours);
    }
    return merged;
  }

  private static <T> List<T> joined(List<T> ours, List<T> theirs) {
    var all = new ArrayList<>(ours);
    if (theirs != null) {
      all.addAll(theirs);
    }
    return all;
  }

  private static PodSecurityContext merge(PodSecurityContext ours, PodSecurityContext theirs) {
    var fields = new TreeMap<String, Object>(fields(ours));
    fields.putAll(fields(theirs));
    return Serialization.unmarshal(Serialization.asJson(fields), PodSecurityContext.class);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> fields(PodSecurityContext context) {
    return Serialization.unmarshal(Serialization.asJson(context), Map.class);
  }
}
