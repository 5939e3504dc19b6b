package control

import (
	"context"
	"fmt"
	"net/url"

	"zonefleet.io/zonelab/internal/api"
	"zonefleet.io/zonelab/internal/controllers"
	"zonefleet.io/zonelab/internal/plan"
)

// Furnish makes the objects that a cluster needs besides those that the API server makes itself.
func Furnish(ctx context.Context, client *api.Client, lab plan.Lab) error {
	const rbac = "/apis/rbac.authorization.k8s.io/v1/"
	read := []string{"get", "list", "watch"}
	type step struct {
		path   string
		object api.Object
	}
	steps := []step{
		// logs, exec and port-forward: the API server towards the kubelets
		{rbac + "clusterrolebindings", binding("zonelab:kubelet-api", "system:kubelet-api-admin", "kube-apiserver-kubelet-client")},
		{rbac + "clusterroles", role("zonelab:coredns",
			rule([]string{""}, []string{"endpoints", "services", "pods", "namespaces"}, read),
			rule([]string{"discovery.k8s.io"}, []string{"endpointslices"}, read))},
		{rbac + "clusterrolebindings", binding("zonelab:coredns", "zonelab:coredns", "system:coredns")},
		{rbac + "clusterroles", role("zonelab:controllers",
			rule([]string{""}, []string{"services", "persistentvolumeclaims"}, read),
			rule([]string{""}, []string{"services/status"}, []string{"patch"}),
			rule([]string{""}, []string{"persistentvolumes"}, append([]string{"create", "delete"}, read...)))},
		{rbac + "clusterrolebindings", binding("zonelab:controllers", "zonelab:controllers", "zonelab:controllers")},
		{"/apis/storage.k8s.io/v1/storageclasses", controllers.StorageClass()},
		{"/api/v1/nodes", clientNode(lab)},
	}
	for _, s := range steps {
		if err := client.Create(ctx, s.path, s.object); err != nil {
			return err
		}
	}
	return nil
}

// clientNode is there while the client's kube-proxy starts: it waits for 30 s for a node of its name, then goes on.
func clientNode(lab plan.Lab) api.Object {
	client := lab.Client()
	return api.Object{
		"apiVersion": "v1", "kind": "Node", "metadata": api.Object{"name": client.Name},
		"spec":   api.Object{"unschedulable": true},
		"status": api.Object{"addresses": []api.Object{{"type": "InternalIP", "address": client.IP.String()}}},
	}
}

// ForgetClient takes the client's node away once its kube-proxy runs: the client is no node.
func ForgetClient(ctx context.Context, client *api.Client, lab plan.Lab) error {
	return client.Delete(ctx, "/api/v1/nodes/"+url.PathEscape(lab.Client().Name))
}

// ReadyNodes are the names of the nodes that are Ready.
func ReadyNodes(ctx context.Context, client *api.Client) (map[string]bool, error) {
	var list struct {
		Items []struct {
			Metadata struct{ Name string }
			Status   struct {
				Conditions []struct{ Type, Status string }
			}
		}
	}
	if err := client.Get(ctx, "/api/v1/nodes", &list); err != nil {
		return nil, fmt.Errorf("reading the nodes: %w", err)
	}
	ready := map[string]bool{}
	for _, item := range list.Items {
		for _, condition := range item.Status.Conditions {
			if condition.Type == "Ready" && condition.Status == "True" {
				ready[item.Metadata.Name] = true
			}
		}
	}
	return ready, nil
}

func role(name string, rules ...api.Object) api.Object {
	return api.Object{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
		"metadata": api.Object{"name": name}, "rules": rules}
}

func rule(groups, resources, verbs []string) api.Object {
	return api.Object{"apiGroups": groups, "resources": resources, "verbs": verbs}
}

func binding(name, role, user string) api.Object {
	return api.Object{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
		"metadata": api.Object{"name": name},
		"roleRef":  api.Object{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
		"subjects": []api.Object{{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user}}}
}
