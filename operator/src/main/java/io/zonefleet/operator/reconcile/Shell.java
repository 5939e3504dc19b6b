package io.zonefleet.operator.reconcile;

import io.micrometer.core.instrument.MeterRegistry;
import io.zonefleet.operator.cluster.ClusterView;
import io.zonefleet.operator.cluster.DecisionEvents;
import io.zonefleet.operator.cluster.GatewayAdmin;
import io.zonefleet.operator.cluster.KeptPlans;
import io.zonefleet.operator.cluster.Leadership;
import io.zonefleet.operator.cluster.PodAnswers;
import io.zonefleet.operator.cluster.ServingLabels;
import io.zonefleet.operator.cluster.StatusStore;
import io.zonefleet.operator.traffic.XdsServer;
import java.time.Duration;
import java.time.InstantSource;

/**
 * All that the loops of a replica do their work with.
 *
 * @param interval between two looks at a fleet, above 0
 * @param uneasyInterval the same while one of its zones is in doubt
 */
record Shell(
    ClusterView view,
    GatewayAdmin gateways,
    StatusStore statuses,
    ServingLabels labels,
    DecisionEvents events,
    PodAnswers answers,
    KeptPlans kept,
    Leadership leadership,
    XdsServer xds,
    Applications applications,
    DarkZones dark,
    MeterRegistry metrics,
    InstantSource clock,
    Duration interval,
    Duration uneasyInterval) {}
