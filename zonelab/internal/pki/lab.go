package pki

import (
	"os"

	"zonefleet.io/zonelab/internal/plan"
)

// Files are the paths of what the control plane's processes need.
type Files struct {
	CA, EtcdCA, FrontProxyCA                          *Pair
	Etcd, EtcdClient, APIServer, KubeletClient, Front *Pair
	ServiceAccountKey, ServiceAccountPublic           string
	Admin                                             *Pair
	NodeServer                                        map[string]*Pair
}

// users are those who talk to the API server, besides the kubelets: kubeconfig, user and groups.
var users = []struct{ file, name, group string }{
	{"kube-controller-manager", "system:kube-controller-manager", ""},
	{"kube-scheduler", "system:kube-scheduler", ""},
	{"kube-proxy", "system:kube-proxy", ""},
	{"coredns", "system:coredns", ""},
	{"controllers", "zonelab:controllers", ""},
}

// Create makes all certificates, keys and kubeconfigs of a lab.
func Create(lab plan.Lab) (*Files, error) {
	dir := lab.Path("pki")
	for _, folder := range []string{dir, lab.Path("kubeconfig")} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, err
		}
	}
	var firstErr error
	must := func(pair *Pair, err error) *Pair {
		if err != nil && firstErr == nil {
			firstErr = err
		}
		if pair == nil {
			return &Pair{}
		}
		return pair
	}
	files := &Files{NodeServer: map[string]*Pair{}}
	files.CA = must(Authority(dir, "ca"))
	files.EtcdCA = must(Authority(dir, "etcd-ca"))
	files.FrontProxyCA = must(Authority(dir, "front-proxy-ca"))
	if firstErr != nil {
		return nil, firstErr
	}
	files.Etcd = must(files.EtcdCA.Server(dir, "etcd", "etcd", nil, lab.Loopback().String()))
	files.EtcdClient = must(files.EtcdCA.Client(dir, "etcd-client", "kube-apiserver"))
	files.APIServer = must(files.CA.Server(dir, "kube-apiserver", "kube-apiserver", nil,
		lab.Host().String(), lab.APIService().String(), "localhost",
		"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc."+plan.Domain))
	files.KubeletClient = must(files.CA.Client(dir, "kubelet-client", "kube-apiserver-kubelet-client"))
	files.Front = must(files.FrontProxyCA.Client(dir, "front-proxy-client", "front-proxy-client"))
	files.Admin = must(files.CA.Client(dir, "admin", "zonelab-admin", "system:masters"))
	config := func(file string, user *Pair) {
		if firstErr == nil {
			firstErr = Kubeconfig(lab.Kubeconfig(file), "zonelab-"+lab.Name, lab.Server(), files.CA, user)
		}
	}
	config("admin", files.Admin)
	for _, user := range users {
		config(user.file, must(files.CA.Client(dir, user.file, user.name)))
	}
	for _, node := range lab.Nodes() {
		name := "system:node:" + node.Name
		config("node-"+node.Name, must(files.CA.Client(dir, "node-"+node.Name, name, "system:nodes")))
		files.NodeServer[node.Name] = must(files.CA.Server(dir, "node-server-"+node.Name, name,
			[]string{"system:nodes"}, node.Name, node.IP.String()))
	}
	var err error
	if files.ServiceAccountKey, files.ServiceAccountPublic, err = SigningKey(dir, "service-account"); err != nil {
		return nil, err
	}
	return files, firstErr
}
