package pki

import (
	"crypto/x509"
	"os"
	"testing"

	"zonefleet.io/zonelab/internal/api"
	"zonefleet.io/zonelab/internal/plan"
)

func TestEveryoneHasACertificateOfTheRightAuthorityAndUse(t *testing.T) {
	lab, err := plan.New(t.TempDir(), "lab", 0, []string{"a", "b"}, 1)
	if err != nil {
		t.Fatal(err)
	}
	files, err := Create(lab)
	if err != nil {
		t.Fatal(err)
	}
	verify := func(who string, pair, ca *Pair, host string, usage x509.ExtKeyUsage) {
		roots := x509.NewCertPool()
		roots.AddCert(ca.cert)
		if _, err := pair.cert.Verify(x509.VerifyOptions{Roots: roots, DNSName: host, KeyUsages: []x509.ExtKeyUsage{usage}}); err != nil {
			t.Errorf("%s: %v", who, err)
		}
	}
	for _, host := range []string{lab.Host().String(), lab.APIService().String(), "kubernetes.default.svc"} {
		verify("API server", files.APIServer, files.CA, host, x509.ExtKeyUsageServerAuth)
	}
	verify("etcd", files.Etcd, files.EtcdCA, lab.Loopback().String(), x509.ExtKeyUsageServerAuth)
	verify("etcd's client", files.EtcdClient, files.EtcdCA, "", x509.ExtKeyUsageClientAuth)
	verify("front proxy", files.Front, files.FrontProxyCA, "", x509.ExtKeyUsageClientAuth)
	for _, node := range lab.Nodes() {
		verify(node.Name, files.NodeServer[node.Name], files.CA, node.IP.String(), x509.ExtKeyUsageServerAuth)
		if _, err := api.FromKubeconfig(lab.Kubeconfig("node-" + node.Name)); err != nil {
			t.Error(err)
		}
	}
	if groups := files.Admin.cert.Subject.Organization; len(groups) != 1 || groups[0] != "system:masters" {
		t.Errorf("the administrator's groups: %v", groups)
	}
	for _, secret := range []string{files.CA.KeyFile, files.ServiceAccountKey, lab.Kubeconfig("admin")} {
		if info, err := os.Stat(secret); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s can be read by others: %v, %v", secret, info.Mode(), err)
		}
	}
}
