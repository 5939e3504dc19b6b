package io.zonefleet.api.v1alpha1;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/** A fleet of DeepSeek inference servers over the availability zones of one cluster. */
@Group("zonefleet.io")
@Version("v1alpha1")
// named, or each new object works its plural out with regular expressions
@Plural("deepseekdeployments")
@ShortNames({"deepseek", "dsd"})
@AdditionalPrinterColumn(name = "MODEL", jsonPath = ".spec.model.name")
@AdditionalPrinterColumn(name = "REVISION", jsonPath = ".spec.model.revision")
@AdditionalPrinterColumn(name = "ZONES", jsonPath = ".status.zonesReady")
@AdditionalPrinterColumn(name = "ACTIVE", jsonPath = ".status.active")
@AdditionalPrinterColumn(
    name = "SURVIVES-LOSS",
    jsonPath = ".status.conditions[?(@.type==\"SurvivesZoneLoss\")].status")
@AdditionalPrinterColumn(name = "LAST-SWITCH", jsonPath = ".status.lastSwitch")
@AdditionalPrinterColumn(
    name = "READY",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].status")
@AdditionalPrinterColumn(
    name = "REASON",
    jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason")
@AdditionalPrinterColumn(
    name = "AGE",
    jsonPath = ".metadata.creationTimestamp",
    type = AdditionalPrinterColumn.Type.DATE)
@AdditionalPrinterColumn(name = "URL", jsonPath = ".status.url", priority = 1)
@AdditionalPrinterColumn(
    name = "EPOCH",
    jsonPath = ".status.epoch",
    type = AdditionalPrinterColumn.Type.INTEGER,
    priority = 1)
@AdditionalPrinterColumn(name = "ZONE-STATES", jsonPath = ".status.zoneStates", priority = 1)
public class DeepSeekDeployment
    extends CustomResource<DeepSeekDeploymentSpec, DeepSeekDeploymentStatus>
    implements Namespaced {}
