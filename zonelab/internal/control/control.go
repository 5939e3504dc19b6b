// Package control runs a lab's control plane in the host's network namespace, which no fault of a zone touches.
package control

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zonefleet.io/zonelab/internal/api"
	"zonefleet.io/zonelab/internal/pki"
	"zonefleet.io/zonelab/internal/plan"
	"zonefleet.io/zonelab/internal/proc"
)

const (
	// monitorPeriod is how often the node lifecycle controller looks at the nodes' leases.
	monitorPeriod = "2s"
	// monitorGrace is how long a node may be silent until it is NotReady.
	monitorGrace = "16s"
	// elect has a process end when it cannot renew its lease, as in every real control plane. One that lives on would come back
	// from a silence of the API server believing that all nodes had been silent, and take every pod out of its Services.
	elect = "--leader-elect=true"
)

// StartStore starts etcd and the API server, and returns a client of the administrator once the server is ready.
func StartStore(ctx context.Context, lab plan.Lab, files *pki.Files, binary string) (*api.Client, error) {
	if err := start(lab, "etcd", append([]string{binary}, etcd(lab, files)...)); err != nil {
		return nil, err
	}
	if err := start(lab, "kube-apiserver", append([]string{binary}, apiserver(lab, files)...)); err != nil {
		return nil, err
	}
	client, err := api.FromKubeconfig(lab.Kubeconfig("admin"))
	if err != nil {
		return nil, err
	}
	for {
		err := client.Get(ctx, "/readyz?verbose", nil)
		if err == nil {
			return client, nil
		}
		for _, process := range proc.List(lab.Dir) {
			if !process.Alive() {
				return nil, fmt.Errorf("%s has ended: see %s", process.Name, proc.LogFile(lab.Dir, process.Name))
			}
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("the API server is not ready: %w: see %s", err, proc.LogFile(lab.Dir, "kube-apiserver"))
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// StartControllers starts what works on the API: controllers, scheduler, and the lab's own controllers.
func StartControllers(lab plan.Lab, files *pki.Files, binary string) error {
	for _, process := range []struct {
		name string
		args []string
	}{
		{"kube-controller-manager", controllerManager(lab, files)},
		{"kube-scheduler", scheduler(lab)},
		{"controllers", []string{"controllers", "--name", lab.Name}},
	} {
		if err := start(lab, process.name, append([]string{binary}, process.args...)); err != nil {
			return err
		}
	}
	return nil
}

func start(lab plan.Lab, name string, args []string) error {
	return proc.Start(lab.Dir, proc.Spec{Name: name, Args: args, Keep: slices.Contains(args, elect)})
}

func etcd(lab plan.Lab, f *pki.Files) []string {
	client := fmt.Sprintf("https://%s:2379", lab.Loopback())
	peer := fmt.Sprintf("https://%s:2380", lab.Loopback())
	return []string{"etcd",
		"--name", "lab",
		"--data-dir", lab.Path("etcd"),
		"--listen-client-urls", client, "--advertise-client-urls", client,
		"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "lab=" + peer,
		"--cert-file", f.Etcd.CertFile, "--key-file", f.Etcd.KeyFile,
		"--trusted-ca-file", f.EtcdCA.CertFile, "--client-cert-auth",
		"--peer-cert-file", f.Etcd.CertFile, "--peer-key-file", f.Etcd.KeyFile,
		"--peer-trusted-ca-file", f.EtcdCA.CertFile, "--peer-client-cert-auth",
		// a lab does not outlive the machine's crash, so its data need not either
		"--unsafe-no-fsync",
		"--log-level", "warn",
	}
}

func apiserver(lab plan.Lab, f *pki.Files) []string {
	return []string{"kube-apiserver",
		"--advertise-address", lab.Host().String(), "--bind-address", lab.Host().String(), "--secure-port", "6443",
		"--tls-cert-file", f.APIServer.CertFile, "--tls-private-key-file", f.APIServer.KeyFile,
		"--client-ca-file", f.CA.CertFile,
		"--anonymous-auth=false",
		"--authorization-mode", "Node,RBAC",
		"--enable-admission-plugins", "NodeRestriction",
		"--etcd-servers", fmt.Sprintf("https://%s:2379", lab.Loopback()),
		"--etcd-cafile", f.EtcdCA.CertFile,
		"--etcd-certfile", f.EtcdClient.CertFile, "--etcd-keyfile", f.EtcdClient.KeyFile,
		"--kubelet-certificate-authority", f.CA.CertFile,
		"--kubelet-client-certificate", f.KubeletClient.CertFile, "--kubelet-client-key", f.KubeletClient.KeyFile,
		"--kubelet-preferred-address-types", "InternalIP",
		"--requestheader-client-ca-file", f.FrontProxyCA.CertFile,
		"--requestheader-allowed-names", "front-proxy-client",
		"--requestheader-username-headers", "X-Remote-User",
		"--requestheader-group-headers", "X-Remote-Group",
		"--requestheader-extra-headers-prefix", "X-Remote-Extra-",
		"--proxy-client-cert-file", f.Front.CertFile, "--proxy-client-key-file", f.Front.KeyFile,
		"--service-cluster-ip-range", lab.ServiceCIDR().String(),
		"--service-account-issuer", "https://kubernetes.default.svc." + plan.Domain,
		"--service-account-key-file", f.ServiceAccountPublic,
		"--service-account-signing-key-file", f.ServiceAccountKey,
		"--allow-privileged=true",
		"--profiling=false",
	}
}

func controllerManager(lab plan.Lab, f *pki.Files) []string {
	config := lab.Kubeconfig("kube-controller-manager")
	return []string{"kube-controller-manager",
		"--kubeconfig", config, "--authentication-kubeconfig", config, "--authorization-kubeconfig", config,
		// the lab's own address, since two labs share the host's namespace
		"--bind-address", lab.Host().String(),
		elect,
		"--use-service-account-credentials",
		"--service-account-private-key-file", f.ServiceAccountKey,
		"--root-ca-file", f.CA.CertFile,
		"--client-ca-file", f.CA.CertFile,
		"--cluster-signing-cert-file", f.CA.CertFile, "--cluster-signing-key-file", f.CA.KeyFile,
		"--cluster-name", "zonelab-" + lab.Name,
		"--controllers", "*,-cloud-node-lifecycle-controller",
		"--node-monitor-period", monitorPeriod,
		"--node-monitor-grace-period", monitorGrace,
		"--flex-volume-plugin-dir", lab.Path("volume-plugins"),
		"--profiling=false",
	}
}

func scheduler(lab plan.Lab) []string {
	config := lab.Kubeconfig("kube-scheduler")
	return []string{"kube-scheduler",
		"--kubeconfig", config, "--authentication-kubeconfig", config, "--authorization-kubeconfig", config,
		"--bind-address", lab.Host().String(),
		elect,
		"--profiling=false",
	}
}
