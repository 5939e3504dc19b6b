package pki

import (
	"encoding/json"
	"os"
)

// Kubeconfig writes a kubeconfig that holds everything it needs, readable by its owner only. JSON is YAML.
func Kubeconfig(path, cluster, server string, ca, user *Pair) error {
	type object = map[string]any
	content, err := json.MarshalIndent(object{
		"apiVersion":      "v1",
		"kind":            "Config",
		"current-context": cluster,
		"clusters": []object{{"name": cluster, "cluster": object{
			"server": server, "certificate-authority-data": ca.CertPEM}}},
		"users": []object{{"name": user.cert.Subject.CommonName, "user": object{
			"client-certificate-data": user.CertPEM, "client-key-data": user.KeyPEM}}},
		"contexts": []object{{"name": cluster, "context": object{
			"cluster": cluster, "user": user.cert.Subject.CommonName}}},
	}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(content, '\n'), 0o600)
}
