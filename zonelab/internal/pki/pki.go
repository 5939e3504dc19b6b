// Package pki makes the certificates of a lab: the authorities, one certificate per server and one per user.
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// validity is short: a lab is no place to stay.
const validity = 30 * 24 * time.Hour

// Pair is a certificate and its key, and where they lie.
type Pair struct {
	cert              *x509.Certificate
	key               *ecdsa.PrivateKey
	CertFile, KeyFile string
	CertPEM, KeyPEM   []byte
}

// Authority makes a self-signed authority in dir/NAME.{crt,key}.
func Authority(dir, name string) (*Pair, error) {
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: name},
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	return create(dir, name, template, nil)
}

// Server makes a certificate for a server that is reached by these hosts: DNS names or IP addresses. It may act as a
// client too, as etcd does towards itself.
func (ca *Pair) Server(dir, name, commonName string, organizations []string, hosts ...string) (*Pair, error) {
	template := leaf(commonName, organizations)
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	return create(dir, name, template, ca)
}

// Client makes a certificate for a user: the common name is the user's name, the organizations are its groups.
func (ca *Pair) Client(dir, name, commonName string, organizations ...string) (*Pair, error) {
	template := leaf(commonName, organizations)
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	return create(dir, name, template, ca)
}

func leaf(commonName string, organizations []string) *x509.Certificate {
	return &x509.Certificate{
		Subject:  pkix.Name{CommonName: commonName, Organization: organizations},
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
}

func create(dir, name string, template *x509.Certificate, ca *Pair) (*Pair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	if template.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return nil, err
	}
	// a little earlier than now, because the clocks of a test may be compared in whole seconds
	template.NotBefore = time.Now().Add(-time.Minute)
	template.NotAfter = time.Now().Add(validity)
	parent, signer := template, key
	if ca != nil {
		parent, signer = ca.cert, ca.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return nil, fmt.Errorf("signing %s: %w", name, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, err
	}
	pair := &Pair{
		cert: cert, key: key,
		CertFile: filepath.Join(dir, name+".crt"), KeyFile: filepath.Join(dir, name+".key"),
		CertPEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		KeyPEM:  pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: keyDER}),
	}
	if err := os.WriteFile(pair.CertFile, pair.CertPEM, 0o644); err != nil {
		return nil, err
	}
	return pair, os.WriteFile(pair.KeyFile, pair.KeyPEM, 0o600)
}

// SigningKey makes the key that signs service accounts' tokens, in dir/NAME.{key,pub}.
func SigningKey(dir, name string) (keyFile, publicFile string, err error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", "", err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return "", "", err
	}
	keyFile, publicFile = filepath.Join(dir, name+".key"), filepath.Join(dir, name+".pub")
	private := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	if err := os.WriteFile(keyFile, private, 0o600); err != nil {
		return "", "", err
	}
	return keyFile, publicFile, os.WriteFile(publicFile, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), 0o644)
}
