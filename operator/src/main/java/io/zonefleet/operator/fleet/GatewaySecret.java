package io.zonefleet.operator.fleet;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.zonefleet.api.v1alpha1.DeepSeekDeployment;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The Secret that the gateways of a fleet mount to show the operator who they are. */
public final class GatewaySecret {
  private GatewaySecret() {}

  /**
   * @param pem texts by file name, {@code tls.crt} and {@code tls.key} among them
   */
  public static Secret of(DeepSeekDeployment fleet, Map<String, String> pem) {
    var name = fleet.getMetadata().getName();
    return new SecretBuilder()
        .withMetadata(
            Owned.meta(fleet, Names.gatewayIdentity(name), Labels.component(name, Labels.GATEWAY)))
        .withType("kubernetes.io/tls")
        .withData(encoded(pem))
        .build();
  }

  /** As a Secret's {@code data} holds texts. */
  public static Map<String, String> encoded(Map<String, String> texts) {
    return texts.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                e ->
                    Base64.getEncoder()
                        .encodeToString(e.getValue().getBytes(StandardCharsets.UTF_8)),
                (a, b) -> a,
                TreeMap::new));
  }

  /**
   * The texts of a Secret's {@code data}.
   *
   * @throws IllegalArgumentException where an entry is no base64
   */
  public static Map<String, String> texts(Secret secret) {
    var data = secret.getData() == null ? Map.<String, String>of() : secret.getData();
    return data.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                e -> new String(Base64.getDecoder().decode(e.getValue()), StandardCharsets.UTF_8)));
  }
}
