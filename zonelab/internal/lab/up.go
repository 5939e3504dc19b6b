package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"zonefleet.io/zonelab/internal/api"
	"zonefleet.io/zonelab/internal/control"
	"zonefleet.io/zonelab/internal/node"
	"zonefleet.io/zonelab/internal/pki"
	"zonefleet.io/zonelab/internal/plan"
	"zonefleet.io/zonelab/internal/proc"
)

const upDeadline = 3 * time.Minute

// up brings a lab up. It is safe to repeat: a lab that runs is left as it is, the remains of a crash are removed first.
func up(ctx context.Context, c *command) error {
	release, err := c.store.lock()
	if err != nil {
		return err
	}
	defer release()
	start := time.Now()
	zones := strings.Split(c.zones, ",")
	if c.zones == "" {
		zones = nil
	}
	old, err := c.store.find(c.name)
	switch {
	case err == nil && len(deadProcesses(old)) == 0:
		if !slices.Equal(old.Zones, zones) || old.NodesPerZone != c.perZone {
			return fmt.Errorf("lab %q is up with zones %v, %d nodes in each: `zonelab down --name %s` first, or take another --name",
				c.name, old.Zones, old.NodesPerZone, c.name)
		}
		note("lab %q is up already", c.name)
		return nil
	case err == nil:
		note("removing what is left of lab %q", c.name)
		if err := remove(old); err != nil {
			return err
		}
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	lab, err := c.store.newLab(c.name, zones, c.perZone)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, upDeadline)
	defer cancel()
	if err := bringUp(ctx, lab, c.binary); err != nil {
		logs := failedLogs(lab.Dir)
		os.RemoveAll(logs)
		if os.Rename(lab.Path("logs"), logs) == nil {
			err = fmt.Errorf("%w (logs kept in %s)", err, logs)
		}
		return errors.Join(err, remove(lab))
	}
	os.RemoveAll(failedLogs(lab.Dir))
	note("lab %q is up after %.1f s: export KUBECONFIG=%s", lab.Name, time.Since(start).Seconds(), lab.Kubeconfig("admin"))
	return nil
}

// failedLogs is where the logs of a lab that did not come up are kept, until there is one of that name or it is brought down.
func failedLogs(labDir string) string { return labDir + "-failed-logs" }

func bringUp(ctx context.Context, lab plan.Lab, binary string) error {
	if err := (store{dir: filepath.Dir(lab.Dir)}).record(lab); err != nil {
		return err
	}
	var files *pki.Files
	if err := stage("certificates, network, cgroups", func() (err error) {
		if files, err = pki.Create(lab); err != nil {
			return err
		}
		return errors.Join(node.Prepare(lab), node.Connect(lab), node.MakeCgroups(lab))
	}); err != nil {
		return err
	}
	runtimes := make(chan error, 1)
	go func() {
		runtimes <- each(lab.Nodes(), func(n plan.Node) error {
			return node.StartRuntime(ctx, lab, n, cniDir(), filepath.Join(filepath.Dir(binary), "pause.tar"))
		})
	}()
	var client *api.Client
	if err := stage("etcd and API server", func() (err error) {
		if client, err = control.StartStore(ctx, lab, files, binary); err != nil {
			return err
		}
		return control.Furnish(ctx, client, lab)
	}); err != nil {
		return errors.Join(err, <-runtimes)
	}
	if err := stage("controllers and scheduler", func() error {
		return control.StartControllers(lab, files, binary)
	}); err != nil {
		return errors.Join(err, <-runtimes)
	}
	if err := stage("containerd", func() error { return <-runtimes }); err != nil {
		return err
	}
	return stage("kubelets, proxies, name servers; nodes ready", func() error {
		for _, machine := range lab.Machines() {
			if err := errors.Join(node.StartProxy(lab, machine, binary), node.StartDNS(lab, machine, binary)); err != nil {
				return err
			}
		}
		for _, n := range lab.Nodes() {
			if err := node.StartKubelet(ctx, lab, n, files, binary); err != nil {
				return err
			}
		}
		return awaitReady(ctx, lab, client)
	})
}

// awaitReady waits until every node is Ready, every machine routes Services and every name server answers.
func awaitReady(ctx context.Context, lab plan.Lab, client *api.Client) error {
	for {
		err := unready(ctx, lab, client)
		if err == nil {
			return control.ForgetClient(ctx, client, lab)
		}
		if dead := deadProcesses(lab); len(dead) > 0 {
			return fmt.Errorf("%v ended; %w", dead, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not ready in %s: %w", upDeadline, err)
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func unready(ctx context.Context, lab plan.Lab, client *api.Client) error {
	ready, err := control.ReadyNodes(ctx, client)
	if err != nil {
		return err
	}
	for _, n := range lab.Nodes() {
		if !ready[n.Name] {
			return fmt.Errorf("node %s is not Ready: see %s", n.Name, proc.LogFile(lab.Dir, n.Name+"-kubelet"))
		}
	}
	for _, machine := range lab.Machines() {
		if err := node.Routes(lab, machine); err != nil {
			return err
		}
		if err := node.Resolves(ctx, machine); err != nil {
			return fmt.Errorf("the name server of %s does not answer: %w", machine.Name, err)
		}
	}
	return nil
}

// each does the same for all nodes at once.
func each(nodes []plan.Node, do func(plan.Node) error) error {
	errs := make([]error, len(nodes))
	var wait sync.WaitGroup
	for i, n := range nodes {
		wait.Add(1)
		go func() {
			defer wait.Done()
			errs[i] = do(n)
		}()
	}
	wait.Wait()
	return errors.Join(errs...)
}
