"""What the charts render, and which values they refuse. Run by bin/test helm."""

import json
import pathlib
import subprocess
import unittest

import yaml

CHARTS = pathlib.Path(__file__).parent


def helm(chart, *arguments, kube="1.34.4"):
    return subprocess.run(
        ["helm", "template", "zonefleet", CHARTS / chart, "--namespace", "zonefleet-system", "--kube-version", kube, *arguments],
        capture_output=True,
        text=True,
    )


def render(chart="zonefleet", **values):
    """The objects that `values` (as --set-json takes them, dots written as __) render to, by (kind, name)."""
    arguments = [f"--set-json={name.replace('__', '.')}={json.dumps(value)}" for name, value in values.items()]
    result = helm(chart, *arguments)
    if result.returncode:
        raise AssertionError(result.stderr)
    return {(o["kind"], o["metadata"]["name"]): o for o in yaml.safe_load_all(result.stdout) if o}


def pod(objects):
    return objects["Deployment", "zonefleet"]["spec"]["template"]["spec"]


class Operator(unittest.TestCase):
    def test_by_default_it_is_made_of_these_objects_and_no_others(self):
        self.assertEqual(
            sorted(render()),
            [
                ("ClusterRole", "zonefleet"),
                ("ClusterRole", "zonefleet-edit"),
                ("ClusterRole", "zonefleet-view"),
                ("ClusterRoleBinding", "zonefleet"),
                ("Deployment", "zonefleet"),
                ("NetworkPolicy", "zonefleet"),
                ("PodDisruptionBudget", "zonefleet"),
                ("Role", "zonefleet"),
                ("RoleBinding", "zonefleet"),
                ("Service", "zonefleet"),
                ("Service", "zonefleet-xds"),
                ("ServiceAccount", "zonefleet"),
            ],
        )

    def test_three_replicas_are_spread_over_zones_and_find_a_place_when_one_is_lost(self):
        objects = render()
        self.assertEqual(objects["Deployment", "zonefleet"]["spec"]["replicas"], 3)
        zone = pod(objects)["topologySpreadConstraints"][0]
        self.assertEqual(zone["topologyKey"], "topology.kubernetes.io/zone")
        self.assertEqual(zone["whenUnsatisfiable"], "DoNotSchedule")
        self.assertEqual(zone["nodeTaintsPolicy"], "Honor", "a dark zone would count as empty, and nothing fit elsewhere")
        seconds = {t["key"]: t["tolerationSeconds"] for t in pod(objects)["tolerations"]}
        self.assertEqual(seconds, {"node.kubernetes.io/unreachable": 10, "node.kubernetes.io/not-ready": 10})

    def test_selectors_match_the_pods(self):
        objects = render(podLabels={"team": "inference"})
        labels = objects["Deployment", "zonefleet"]["spec"]["template"]["metadata"]["labels"]
        selectors = [
            objects["Deployment", "zonefleet"]["spec"]["selector"]["matchLabels"],
            objects["Service", "zonefleet"]["spec"]["selector"],
            objects["Service", "zonefleet-xds"]["spec"]["selector"],
            objects["PodDisruptionBudget", "zonefleet"]["spec"]["selector"]["matchLabels"],
            objects["NetworkPolicy", "zonefleet"]["spec"]["podSelector"]["matchLabels"],
        ] + [c["labelSelector"]["matchLabels"] for c in pod(objects)["topologySpreadConstraints"]]
        for selector in selectors:
            self.assertLessEqual(selector.items(), labels.items())
        self.assertEqual(labels["team"], "inference")

    def test_ports_and_probes_are_those_the_operator_serves(self):
        objects = render()
        container = pod(objects)["containers"][0]
        ports = {p["name"]: p["containerPort"] for p in container["ports"]}
        self.assertEqual(ports, {"http": 8080, "xds": 18000})
        for kind in ("startup", "readiness", "liveness"):
            self.assertIn(container[f"{kind}Probe"]["httpGet"]["port"], ports)
        for service in ("zonefleet", "zonefleet-xds"):
            for port in objects["Service", service]["spec"]["ports"]:
                self.assertEqual(ports[port["targetPort"]], port["port"])

    def test_gateways_find_every_ready_replica(self):
        objects = render()
        xds = objects["Service", "zonefleet-xds"]["spec"]
        self.assertEqual(xds["clusterIP"], "None")
        self.assertFalse(xds["publishNotReadyAddresses"])
        env = {e["name"]: e.get("value") for e in pod(objects)["containers"][0]["env"]}
        self.assertEqual(env["ZONEFLEET_XDS_HOST"], "zonefleet-xds.zonefleet-system.svc")
        self.assertEqual(int(env["ZONEFLEET_XDS_PORT"]), xds["ports"][0]["port"])

    def test_it_runs_with_no_privilege_and_on_a_read_only_root(self):
        spec = pod(render())
        self.assertTrue(spec["securityContext"]["runAsNonRoot"])
        self.assertEqual(spec["securityContext"]["seccompProfile"]["type"], "RuntimeDefault")
        context = spec["containers"][0]["securityContext"]
        self.assertTrue(context["readOnlyRootFilesystem"])
        self.assertFalse(context["allowPrivilegeEscalation"])
        self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
        self.assertIn("/tmp", [m["mountPath"] for m in spec["containers"][0]["volumeMounts"]])

    def test_its_role_has_no_wildcard_and_deletes_no_claim(self):
        objects = render()
        for (kind, name), role in objects.items():
            for rule in role.get("rules", []):
                for field in ("apiGroups", "resources", "verbs"):
                    self.assertNotIn("*", rule[field], f"{kind} {name}")
                if "persistentvolumeclaims" in rule["resources"]:
                    self.assertNotIn("delete", rule["verbs"])

    def test_the_lease_and_the_authority_are_the_only_ones_it_may_change(self):
        rules = render()["Role", "zonefleet"]["rules"]
        self.assertIn("patch", rules[1]["verbs"], "fabric8's elector takes and renews the lease by a patch")
        self.assertEqual([r.get("resourceNames") for r in rules if "update" in r["verbs"]], [["zonefleet"], ["zonefleet-xds-ca"]])

    def secret_rules(self, objects):
        return {
            (kind, role["metadata"].get("namespace", "")): sorted(rule["verbs"])
            for (kind, _), role in objects.items()
            for rule in role.get("rules", [])
            if "secrets" in rule["resources"] and "resourceNames" not in rule
        }

    def test_secrets_are_known_by_name_and_never_listed(self):
        self.assertEqual(
            self.secret_rules(render()),
            {("ClusterRole", ""): ["create", "get", "patch"], ("Role", "zonefleet-system"): ["create"]},
        )

    def test_the_right_to_secrets_may_be_bound_to_namespaces(self):
        objects = render(rbac__fleetNamespaces=["models"])
        self.assertEqual(
            self.secret_rules(objects),
            {("Role", "models"): ["create", "get", "patch"], ("Role", "zonefleet-system"): ["create"]},
        )
        binding = objects["RoleBinding", "zonefleet-certificates"]
        self.assertEqual(binding["metadata"]["namespace"], "models")
        self.assertEqual(binding["subjects"], objects["RoleBinding", "zonefleet"]["subjects"])

    def test_lifetimes_of_certificates_reach_the_operator(self):
        objects = render(certificates__leaf="12h", certificates__overlap="1h")
        env = {e["name"]: e.get("value") for e in pod(objects)["containers"][0]["env"]}
        self.assertEqual(env["ZONEFLEET_XDS_CERTIFICATES_LEAF"], "12h")
        self.assertEqual(env["ZONEFLEET_XDS_CERTIFICATES_OVERLAP"], "1h")
        self.assertEqual(env["ZONEFLEET_XDS_CERTIFICATES_AUTHORITY"], "365d")

    def test_bindings_name_the_account_that_the_pods_use(self):
        for values in ({}, {"serviceAccount": {"create": False, "name": "robot"}}):
            objects = render(**values)
            account = pod(objects)["serviceAccountName"]
            for kind in ("ClusterRoleBinding", "RoleBinding"):
                self.assertEqual(objects[kind, "zonefleet"]["subjects"][0]["name"], account)

    def test_images_of_fleets_reach_the_operator(self):
        digest = "registry.example.com:5000/ai/pod@sha256:" + "0" * 64
        objects = render(images__inferencePod=digest, images__gateway="envoy:v1.40.0", images__pullSecrets=["pull"])
        env = {e["name"]: e.get("value") for e in pod(objects)["containers"][0]["env"]}
        self.assertEqual(env["ZONEFLEET_INFERENCE_IMAGE"], digest)
        self.assertEqual(env["ZONEFLEET_GATEWAY_IMAGE"], "envoy:v1.40.0")
        self.assertEqual(pod(objects)["imagePullSecrets"], [{"name": "pull"}])

    def test_one_replica_has_no_budget_that_would_block_every_drain(self):
        self.assertNotIn(("PodDisruptionBudget", "zonefleet"), render(replicas=1))

    def test_options_reach_the_pod(self):
        objects = render(
            priorityClassName="system-cluster-critical",
            nodeSelector={"pool": "system"},
            tolerations=[{"key": "pool", "operator": "Exists"}],
            extraEnv=[{"name": "A", "value": "b"}],
            podAnnotations={"x": "y"},
            spread__whenUnsatisfiable="ScheduleAnyway",
            metrics__serviceMonitor__enabled=True,
            networkPolicy__metricsFrom=[{"namespaceSelector": {}}],
        )
        spec = pod(objects)
        self.assertEqual(spec["priorityClassName"], "system-cluster-critical")
        self.assertEqual(spec["nodeSelector"], {"pool": "system"})
        self.assertEqual(len(spec["tolerations"]), 3)
        self.assertIn({"name": "A", "value": "b"}, spec["containers"][0]["env"])
        self.assertEqual(spec["topologySpreadConstraints"][0]["whenUnsatisfiable"], "ScheduleAnyway")
        self.assertEqual(objects["ServiceMonitor", "zonefleet"]["spec"]["endpoints"][0]["path"], "/q/metrics")
        self.assertIn("from", objects["NetworkPolicy", "zonefleet"]["spec"]["ingress"][1])

    def test_parts_can_be_left_out(self):
        objects = render(rbac__create=False, serviceAccount={"create": False}, networkPolicy__enabled=False)
        kinds = {kind for kind, _ in objects}
        self.assertFalse(kinds & {"ClusterRole", "Role", "ServiceAccount", "NetworkPolicy"})

    def test_another_name_moves_every_object_but_the_lease(self):
        names = {name for _, name in render(fullnameOverride="fleets")}
        self.assertEqual(names, {"fleets", "fleets-xds", "fleets-view", "fleets-edit"})


class Refused(unittest.TestCase):
    """A value that breaks the schema is refused before anything is installed, by a message that names the field."""

    CASES = [
        ("replicas=0", "/replicas"),
        ("replicas=two", "/replicas"),
        ("replica=3", "replica"),
        ("images.operator=Not An Image", "/images/operator"),
        ("images.operater=a:b", "operater"),
        ("images.pullPolicy=Sometimes", "/images/pullPolicy"),
        ("logLevel=LOUD", "/logLevel"),
        ("certificates.leaf=soon", "/certificates/leaf"),
        ("rbac.fleetNamespaces[0]=Not-One", "/rbac/fleetNamespaces/0"),
        ("spread.whenUnsatisfiable=Maybe", "/spread/whenUnsatisfiable"),
        ("evictAfterSeconds=-1", "/evictAfterSeconds"),
        ("fullnameOverride=Über", "/fullnameOverride"),
        ("metrics.serviceMonitor.interval=often", "/metrics/serviceMonitor/interval"),
        ("podDisruptionBudget.enabled=perhaps", "/podDisruptionBudget/enabled"),
    ]

    def test_each_of_these(self):
        for value, field in self.CASES:
            with self.subTest(value):
                result = helm("zonefleet", "--set", value)
                self.assertNotEqual(result.returncode, 0)
                self.assertIn(field, result.stderr)

    def test_a_cluster_that_is_too_old(self):
        result = helm("zonefleet", kube="1.28.0")
        self.assertIn("1.30", result.stderr)


class Definitions(unittest.TestCase):
    def test_they_are_the_committed_ones_and_stay_on_uninstall(self):
        committed = yaml.safe_load((CHARTS.parent / "crds/deepseekdeployments.zonefleet.io.yaml").read_text())
        rendered = render("zonefleet-crds")["CustomResourceDefinition", "deepseekdeployments.zonefleet.io"]
        self.assertEqual(rendered["spec"], committed["spec"])
        self.assertEqual(rendered["metadata"]["annotations"], {"helm.sh/resource-policy": "keep"})

    def test_they_may_go_with_the_chart(self):
        rendered = render("zonefleet-crds", keep=False)
        self.assertNotIn("annotations", rendered["CustomResourceDefinition", "deepseekdeployments.zonefleet.io"]["metadata"])


if __name__ == "__main__":
    unittest.main()
