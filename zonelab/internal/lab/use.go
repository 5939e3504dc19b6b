package lab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"zonefleet.io/zonelab/internal/api"
	"zonefleet.io/zonelab/internal/control"
	"zonefleet.io/zonelab/internal/controllers"
	"zonefleet.io/zonelab/internal/fault"
	"zonefleet.io/zonelab/internal/node"
	"zonefleet.io/zonelab/internal/plan"
)

func kubeconfig(_ context.Context, c *command) error {
	lab, err := c.store.running(c.name)
	if err == nil {
		fmt.Println(lab.Kubeconfig("admin"))
	}
	return err
}

func kubectl(_ context.Context, c *command) error {
	lab, err := c.store.running(c.name)
	if err != nil {
		return err
	}
	os.Setenv("KUBECONFIG", lab.Kubeconfig("admin"))
	return syscall.Exec(c.binary, append([]string{"kubectl"}, c.rest...), os.Environ())
}

func load(_ context.Context, c *command) error {
	if len(c.rest) == 0 {
		return usageError("load: name at least one image archive (docker or OCI)")
	}
	lab, err := c.store.running(c.name)
	if err != nil {
		return err
	}
	for _, archive := range c.rest {
		if _, err := os.Stat(archive); err != nil {
			return fmt.Errorf("load: %w", err)
		}
		title := fmt.Sprintf("%s into %d nodes", filepath.Base(archive), len(lab.Nodes()))
		if err := stage(title, func() error {
			return each(lab.Nodes(), func(n plan.Node) error { return node.Import(n, archive) })
		}); err != nil {
			return err
		}
	}
	return nil
}

// execute runs a command in a machine's network, with the cluster's names.
func execute(_ context.Context, c *command) error {
	lab, err := c.store.running(c.name)
	if err != nil {
		return err
	}
	if (c.zone == "") == !c.client || len(c.rest) == 0 {
		return usageError("exec: give --zone ZONE or --client, then -- COMMAND...")
	}
	machine := lab.Client()
	if c.zone != "" {
		nodes, err := lab.InZone(c.zone)
		if err != nil {
			return err
		}
		machine = nodes[0]
	}
	nsenter, err := exec.LookPath("nsenter")
	if err != nil {
		return err
	}
	// every step execs the next, so that a signal to this process reaches the command itself
	args := append([]string{"nsenter", "--net=/run/netns/" + machine.Netns, "--",
		"unshare", "--mount", "--propagation", "private", "--",
		"sh", "-c", `mount --bind "$1" /etc/resolv.conf && shift && exec "$@"`, "zonelab", lab.Path("exec-resolv.conf")}, c.rest...)
	return syscall.Exec(nsenter, args, os.Environ())
}

// runControllers is the process that does for the lab what a cloud provider does for a cluster.
func runControllers(ctx context.Context, c *command) error {
	lab, err := c.store.find(c.name)
	if err != nil {
		return err
	}
	client, err := api.FromKubeconfig(lab.Kubeconfig("controllers"))
	if err != nil {
		return err
	}
	return controllers.Run(ctx, client, lab)
}

// labStatus is what `status --json` prints for each lab.
type labStatus struct {
	Name       string        `json:"name"`
	Zones      []string      `json:"zones"`
	Kubeconfig string        `json:"kubeconfig"`
	Dead       []string      `json:"dead"`
	Ready      []string      `json:"ready"`
	NotReady   []string      `json:"notReady"`
	Faults     fault.Network `json:"faults"`
}

func status(ctx context.Context, c *command) error {
	lab, err := c.store.find(c.name)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("there is no lab %q", c.name)
	}
	if err != nil {
		return err
	}
	s := labStatus{Name: lab.Name, Zones: lab.Zones, Kubeconfig: lab.Kubeconfig("admin"), Dead: deadProcesses(lab),
		Ready: []string{}, NotReady: []string{}}
	if s.Faults, err = fault.Read(lab); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	ready := map[string]bool{}
	client, apiErr := api.FromKubeconfig(s.Kubeconfig)
	if apiErr == nil {
		ready, apiErr = control.ReadyNodes(ctx, client)
	}
	for _, n := range lab.Nodes() {
		if ready[n.Name] {
			s.Ready = append(s.Ready, n.Name)
		} else {
			s.NotReady = append(s.NotReady, n.Name)
		}
	}
	if c.json {
		return json.NewEncoder(os.Stdout).Encode(s)
	}
	fmt.Printf("lab %s, KUBECONFIG=%s\n", s.Name, s.Kubeconfig)
	for _, n := range lab.Nodes() {
		words := "Ready"
		if !ready[n.Name] {
			words = "NotReady"
		}
		if slices.Contains(s.Faults.Cut, n.Zone) {
			words += ", cut off"
		}
		if percent := s.Faults.Loss[n.Zone]; percent > 0 {
			words += fmt.Sprintf(", loses %d %% of packets", percent)
		}
		for _, pair := range s.Faults.Partitions {
			if slices.Contains(pair[:], n.Zone) {
				words += ", partition " + pair[0] + "|" + pair[1]
			}
		}
		for _, pair := range s.Faults.OneWay {
			if slices.Contains(pair[:], n.Zone) {
				words += ", " + pair[0] + " does not reach " + pair[1]
			}
		}
		fmt.Printf("  %-20s zone %-12s %-15s %s\n", n.Name, n.Zone, n.IP, words)
	}
	if len(s.Dead) > 0 {
		fmt.Printf("  ended: %s; `zonelab up --name %s` makes the lab anew\n", strings.Join(s.Dead, ", "), s.Name)
		return exitStatus(1)
	}
	return apiErr
}
