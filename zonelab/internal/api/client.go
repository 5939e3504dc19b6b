// Package api talks to the lab's API server in plain JSON: what the lab itself needs is little, and without the
// Kubernetes client libraries its packages compile and test in seconds.
package api

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// Object is a Kubernetes object.
type Object = map[string]any

// Client is one user's way to an API server.
type Client struct {
	server string
	http   *http.Client
}

// StatusError is an answer other than 2xx.
type StatusError struct {
	Code    int
	Message string
}

func (e *StatusError) Error() string { return fmt.Sprintf("%d: %s", e.Code, e.Message) }

// Is tells whether the error is an answer with that HTTP status.
func Is(err error, code int) bool {
	var status *StatusError
	return errors.As(err, &status) && status.Code == code
}

// FromKubeconfig makes the client of the user in a kubeconfig that package pki wrote.
func FromKubeconfig(path string) (*Client, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var config struct {
		Clusters []struct {
			Cluster struct {
				Server string
				CA     string `json:"certificate-authority-data"`
			}
		}
		Users []struct {
			User struct {
				Cert string `json:"client-certificate-data"`
				Key  string `json:"client-key-data"`
			}
		}
	}
	if err := json.Unmarshal(content, &config); err != nil || len(config.Clusters) != 1 || len(config.Users) != 1 {
		return nil, fmt.Errorf("%s is no kubeconfig of a lab (%v)", path, err)
	}
	var decoded [3][]byte
	for i, text := range []string{config.Clusters[0].Cluster.CA, config.Users[0].User.Cert, config.Users[0].User.Key} {
		if decoded[i], err = base64.StdEncoding.DecodeString(text); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	pair, err := tls.X509KeyPair(decoded[1], decoded[2])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(decoded[0])
	return New(config.Clusters[0].Cluster.Server, &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}},
		TLSHandshakeTimeout: 5 * time.Second,
		ForceAttemptHTTP2:   true,
	}), nil
}

// New makes a client that uses a transport, for tests.
func New(server string, transport http.RoundTripper) *Client {
	return &Client{server: server, http: &http.Client{Transport: transport}}
}

// Get reads an object or a list into out, which may be nil.
func (c *Client) Get(ctx context.Context, path string, out any) error {
	return c.do(ctx, http.MethodGet, path, "", nil, out)
}

// Create posts an object; one that exists already is left as it is.
func (c *Client) Create(ctx context.Context, path string, object any) error {
	err := c.do(ctx, http.MethodPost, path, "application/json", object, nil)
	if Is(err, http.StatusConflict) {
		return nil
	}
	return err
}

// Put replaces an object.
func (c *Client) Put(ctx context.Context, path string, object any) error {
	return c.do(ctx, http.MethodPut, path, "application/json", object, nil)
}

// Patch merges a patch into an object.
func (c *Client) Patch(ctx context.Context, path string, patch any) error {
	return c.do(ctx, http.MethodPatch, path, "application/merge-patch+json", patch, nil)
}

// Delete deletes an object; that it is not there is no error.
func (c *Client) Delete(ctx context.Context, path string) error {
	err := c.do(ctx, http.MethodDelete, path, "", nil, nil)
	if Is(err, http.StatusNotFound) {
		return nil
	}
	return err
}

// Watch calls changed once at the start and then after each change of the collection, until the stream ends.
func (c *Client) Watch(ctx context.Context, path string, changed func()) error {
	var list struct {
		Metadata struct{ ResourceVersion string }
	}
	if err := c.Get(ctx, path, &list); err != nil {
		return err
	}
	changed()
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	response, err := c.send(ctx, http.MethodGet,
		path+separator+"watch=1&resourceVersion="+list.Metadata.ResourceVersion, "", nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	for decoder := json.NewDecoder(response.Body); ; {
		var event struct{ Type string }
		if err := decoder.Decode(&event); err != nil {
			return err
		}
		if event.Type == "ERROR" {
			return errors.New("the watch is too old")
		}
		changed()
	}
}

func (c *Client) do(ctx context.Context, method, path, contentType string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	response, err := c.send(ctx, method, path, contentType, in)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if out == nil {
		_, err = io.Copy(io.Discard, response.Body)
		return err
	}
	return json.NewDecoder(response.Body).Decode(out)
}

func (c *Client) send(ctx context.Context, method, path, contentType string, in any) (*http.Response, error) {
	var body io.Reader
	if in != nil {
		content, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(content)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.server+path, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "zonelab")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= 300 {
		defer response.Body.Close()
		content, _ := io.ReadAll(io.LimitReader(response.Body, 1<<16))
		var status struct{ Message string }
		message := strings.TrimSpace(string(content))
		if json.Unmarshal(content, &status) == nil && status.Message != "" {
			message = status.Message
		}
		return nil, &StatusError{response.StatusCode, fmt.Sprintf("%s %s: %s", method, path, message)}
	}
	return response, nil
}
