// Package lab is zonelab's command line: it brings labs up and down, breaks them and heals them.
package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"syscall"

	"zonefleet.io/zonelab/internal/plan"
	"zonefleet.io/zonelab/internal/proc"
)

// Components are the names under which the binary is a part of Kubernetes.
var Components = []string{
	"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl", "coredns",
}

// store is the folder in which the machine's labs lie, one folder each.
type store struct{ dir string }

const recordFile = "lab.json"

// lock keeps other zonelab commands from changing labs; the kernel releases it when the process ends.
func (s store) lock() (release func(), err error) {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(s.dir, ".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		note("another zonelab command is at work; waiting for it")
		if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
			return nil, err
		}
	}
	return func() { file.Close() }, nil
}

// find reads a lab's record; os.ErrNotExist says that there is no such lab.
func (s store) find(name string) (plan.Lab, error) {
	if err := plan.CheckName(name); err != nil {
		return plan.Lab{}, err
	}
	content, err := os.ReadFile(filepath.Join(s.dir, name, recordFile))
	if err != nil {
		return plan.Lab{}, err
	}
	var lab plan.Lab
	if err := json.Unmarshal(content, &lab); err != nil {
		return plan.Lab{}, fmt.Errorf("%s: %w", filepath.Join(s.dir, name, recordFile), err)
	}
	return lab, nil
}

// running finds a lab for a command that needs one that is up.
func (s store) running(name string) (plan.Lab, error) {
	lab, err := s.find(name)
	if errors.Is(err, os.ErrNotExist) {
		return lab, fmt.Errorf("there is no lab %q: `zonelab up --name %s` makes it", name, name)
	}
	if err != nil {
		return lab, err
	}
	if dead := deadProcesses(lab); len(dead) > 0 {
		return lab, fmt.Errorf("lab %q is broken, %v ended: `zonelab up --name %s` makes it anew", name, dead, name)
	}
	return lab, nil
}

func deadProcesses(lab plan.Lab) []string {
	dead := []string{}
	all := proc.List(lab.Dir)
	for _, process := range all {
		if !process.Alive() {
			dead = append(dead, process.Name)
		}
	}
	if len(all) == 0 {
		dead = append(dead, "everything")
	}
	return dead
}

// all are the labs of this machine, by name.
func (s store) all() []plan.Lab {
	paths, _ := filepath.Glob(filepath.Join(s.dir, "*", recordFile))
	sort.Strings(paths)
	var labs []plan.Lab
	for _, path := range paths {
		if lab, err := s.find(filepath.Base(filepath.Dir(path))); err == nil {
			labs = append(labs, lab)
		}
	}
	return labs
}

// record writes the lab down before anything of it is made, so that a crash leaves nothing that `down` cannot find.
func (s store) record(lab plan.Lab) error {
	for _, folder := range []string{lab.Dir, lab.Path("run"), lab.Path("logs"), lab.Path("volumes"), lab.Path("nodes")} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	content, err := json.Marshal(lab)
	if err != nil {
		return err
	}
	return os.WriteFile(lab.Path(recordFile), append(content, '\n'), 0o644)
}

// newLab plans a lab whose networks collide neither with another lab's nor with one that the host has.
func (s store) newLab(name string, zones []string, nodesPerZone int) (plan.Lab, error) {
	taken, err := hostNetworks()
	if err != nil {
		return plan.Lab{}, err
	}
	labs := s.all()
	for index := range plan.Labs {
		lab, err := plan.New(s.dir, name, index, zones, nodesPerZone)
		if err != nil {
			return plan.Lab{}, err
		}
		ours := slices.ContainsFunc(labs, func(other plan.Lab) bool { return other.Index == index && other.Name != name })
		if !ours && !slices.ContainsFunc(lab.Networks(), func(p netip.Prefix) bool {
			return slices.ContainsFunc(taken, p.Overlaps)
		}) {
			return lab, nil
		}
	}
	return plan.Lab{}, fmt.Errorf("no address range is free for a lab: at most %d labs run at once, in 10.192.0.0/10, 10.250.0.0/16 and 10.251.0.0/16", plan.Labs)
}

func hostNetworks() ([]netip.Prefix, error) {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	var networks []netip.Prefix
	for _, address := range addresses {
		if prefix, err := netip.ParsePrefix(address.String()); err == nil && prefix.Addr().Is4() {
			networks = append(networks, prefix.Masked())
		}
	}
	return networks, nil
}
