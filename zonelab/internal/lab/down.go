package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"zonefleet.io/zonelab/internal/fault"
	"zonefleet.io/zonelab/internal/node"
	"zonefleet.io/zonelab/internal/plan"
	"zonefleet.io/zonelab/internal/proc"
)

func down(_ context.Context, c *command) error {
	release, err := c.store.lock()
	if err != nil {
		return err
	}
	defer release()
	if c.all {
		var errs []error
		for _, lab := range c.store.all() {
			errs = append(errs, remove(lab))
		}
		return errors.Join(errs...)
	}
	lab, err := c.store.find(c.name)
	if errors.Is(err, os.ErrNotExist) {
		note("there is no lab %q", c.name)
		return os.RemoveAll(failedLogs(filepath.Join(c.store.dir, c.name)))
	}
	if err != nil {
		return err
	}
	start := time.Now()
	if err := remove(lab); err != nil {
		return err
	}
	note("lab %q is gone after %.1f s", lab.Name, time.Since(start).Seconds())
	return nil
}

// remove ends and removes all of a lab, in whatever state it is. The record goes last, so that it can be repeated.
func remove(lab plan.Lab) error {
	var errs []error
	// kubelets first: they would start anew what is ended below
	for _, process := range proc.List(lab.Dir) {
		errs = append(errs, process.Kill())
	}
	errs = append(errs, endShims(lab), node.RemoveCgroups(lab), unmount(lab.Dir), fault.Clear(lab))
	errs = append(errs, node.Disconnect(lab)...)
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("removing lab %q: %w", lab.Name, err)
	}
	entries, err := os.ReadDir(lab.Dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if entry.Name() != recordFile {
			if err := os.RemoveAll(lab.Path(entry.Name())); err != nil {
				return err
			}
		}
	}
	return os.RemoveAll(lab.Dir)
}

// endShims ends the shims that the lab's containerds left: each names its containerd's socket in its arguments.
func endShims(lab plan.Lab) error {
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		pids := shims(lab.Dir)
		if len(pids) == 0 {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("containerd shims %v do not end", pids)
		}
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

func shims(dir string) []int {
	var pids []int
	paths, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		args := bytes.Split(content, []byte{0})
		if !strings.HasPrefix(filepath.Base(string(args[0])), "containerd-shim") {
			continue
		}
		for _, arg := range args {
			if bytes.HasPrefix(arg, []byte(dir+"/")) {
				pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
				pids = append(pids, pid)
				break
			}
		}
	}
	return pids
}

// unmount undoes every mount below a folder, the youngest first.
func unmount(dir string) error {
	content, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return err
	}
	var errs []error
	points := mountPoints(string(content), dir)
	for i := len(points) - 1; i >= 0; i-- {
		if err := syscall.Unmount(points[i], syscall.MNT_DETACH); err != nil && !errors.Is(err, syscall.EINVAL) {
			errs = append(errs, fmt.Errorf("unmounting %s: %w", points[i], err))
		}
	}
	return errors.Join(errs...)
}

func mountPoints(mountinfo, dir string) []string {
	var points []string
	for _, line := range strings.Split(mountinfo, "\n") {
		fields := strings.Fields(line)
		if len(fields) < 5 {
			continue
		}
		// the kernel writes a space as \040
		if point := strings.ReplaceAll(fields[4], `\040`, " "); strings.HasPrefix(point, dir+"/") {
			points = append(points, point)
		}
	}
	return points
}
