package lab

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"zonefleet.io/zonelab/internal/api"
	"zonefleet.io/zonelab/internal/fault"
	"zonefleet.io/zonelab/internal/node"
	"zonefleet.io/zonelab/internal/plan"
	"zonefleet.io/zonelab/internal/proc"
)

func cut(_ context.Context, c *command) error {
	return c.change(func(lab plan.Lab, faults *fault.Network) error {
		if !slices.Contains(faults.Cut, c.rest[0]) {
			faults.Cut = append(faults.Cut, c.rest[0])
		}
		return nil
	}, c.rest[0])
}

func heal(_ context.Context, c *command) error {
	zone := c.rest[0]
	return c.change(func(lab plan.Lab, faults *fault.Network) error {
		faults.Cut = slices.DeleteFunc(faults.Cut, func(z string) bool { return z == zone })
		ofZone := func(p [2]string) bool { return slices.Contains(p[:], zone) }
		faults.Partitions = slices.DeleteFunc(faults.Partitions, ofZone)
		faults.OneWay = slices.DeleteFunc(faults.OneWay, ofZone)
		delete(faults.Loss, zone)
		return node.ForgetUnanswered(lab)
	}, zone)
}

func partition(_ context.Context, c *command) error {
	if c.from == "" || c.from == c.rest[0] {
		return usageError(fmt.Sprintf("partition: --from %q must name another zone than %q", c.from, c.rest[0]))
	}
	pair := [2]string{c.rest[0], c.from}
	return c.change(func(lab plan.Lab, faults *fault.Network) error {
		pairs := &faults.OneWay
		if !c.oneWay {
			slices.Sort(pair[:])
			pairs = &faults.Partitions
		}
		if !slices.Contains(*pairs, pair) {
			*pairs = append(*pairs, pair)
		}
		return nil
	}, pair[:]...)
}

func loss(_ context.Context, c *command) error {
	percent, err := strconv.Atoi(strings.TrimSuffix(c.rest[1], "%"))
	if err != nil || percent < 0 || percent > 100 {
		return usageError(fmt.Sprintf("loss: %q is no share: allowed are 0 to 100 percent, as a whole number", c.rest[1]))
	}
	return c.change(func(lab plan.Lab, faults *fault.Network) error {
		faults.Loss[c.rest[0]] = percent
		if percent == 0 {
			delete(faults.Loss, c.rest[0])
		}
		return nil
	}, c.rest[0])
}

// change alters the faults in force of zones that must exist.
func (c *command) change(alter func(plan.Lab, *fault.Network) error, zones ...string) error {
	lab, err := c.store.running(c.name)
	if err != nil {
		return err
	}
	for _, zone := range zones {
		if _, err := lab.InZone(zone); err != nil {
			return err
		}
	}
	// a lock of the lab's own: `up` of another lab holds the store's for long
	release, err := store{dir: lab.Path("run")}.lock()
	if err != nil {
		return err
	}
	defer release()
	faults, err := fault.Read(lab)
	if err != nil {
		return err
	}
	if err := alter(lab, &faults); err != nil {
		return err
	}
	changed, err := fault.Apply(lab, faults)
	if err == nil {
		printTime(changed)
	}
	return err
}

func freeze(ctx context.Context, c *command) error { return c.signal(ctx, "frozen", syscall.SIGSTOP) }
func thaw(ctx context.Context, c *command) error   { return c.signal(ctx, "thawed", syscall.SIGCONT) }
func kill(ctx context.Context, c *command) error   { return c.signal(ctx, "killed", syscall.SIGKILL) }
func terminate(ctx context.Context, c *command) error {
	return c.signal(ctx, "terminated", syscall.SIGTERM)
}

func (c *command) signal(ctx context.Context, done string, signal syscall.Signal) error {
	return c.eachPod(ctx, func(lab plan.Lab, pod fault.Pod) (string, error) {
		reached, err := fault.Signal(lab, pod, signal)
		return fmt.Sprintf("%d processes %s", reached, done), err
	})
}

func throttle(ctx context.Context, c *command) error {
	percent, err := strconv.Atoi(strings.TrimSuffix(c.rest[0], "%"))
	if err != nil || percent < 0 || percent > 100 {
		return usageError(fmt.Sprintf("throttle: %q is no share: allowed are 1 to 100 percent of one core, and 0 for no bound", c.rest[0]))
	}
	return c.eachPod(ctx, func(lab plan.Lab, pod fault.Pod) (string, error) {
		return fmt.Sprintf("%d %% of a core", percent), fault.Throttle(lab, pod, percent)
	})
}

func pause(_ context.Context, c *command) error  { return c.signalComponent(syscall.SIGSTOP) }
func resume(_ context.Context, c *command) error { return c.signalComponent(syscall.SIGCONT) }

// signalComponent reaches a process of the lab itself, which no fault of a zone or a pod does.
func (c *command) signalComponent(signal syscall.Signal) error {
	lab, err := c.store.running(c.name)
	if err != nil {
		return err
	}
	var names []string
	for _, process := range proc.List(lab.Dir) {
		if process.Name == c.rest[0] {
			err := process.Signal(signal)
			printTime(time.Now())
			return err
		}
		names = append(names, process.Name)
	}
	return usageError(fmt.Sprintf("%q is no process of lab %q: allowed are %s", c.rest[0], c.name, strings.Join(names, ", ")))
}

// printTime is for who measures from there.
func printTime(at time.Time) { fmt.Println(at.UTC().Format(time.RFC3339Nano)) }

// eachPod does the same to all selected pods, and says what it did and when it was done.
func (c *command) eachPod(ctx context.Context, do func(plan.Lab, fault.Pod) (string, error)) error {
	lab, err := c.store.running(c.name)
	if err != nil {
		return err
	}
	if c.selector == "" {
		return usageError("--selector is missing: a label selector such as app.kubernetes.io/instance=chat")
	}
	pods, err := selected(ctx, lab, c.ns, c.selector)
	if err != nil {
		return err
	}
	if len(pods) == 0 {
		return fmt.Errorf("no running pod in namespace %q has the labels %q", c.ns, c.selector)
	}
	for _, pod := range pods {
		done, err := do(lab, pod)
		if err != nil {
			return err
		}
		fmt.Printf("%s: %s\n", pod.Name, done)
	}
	printTime(time.Now())
	return nil
}

func selected(ctx context.Context, lab plan.Lab, namespace, selector string) ([]fault.Pod, error) {
	client, err := api.FromKubeconfig(lab.Kubeconfig("admin"))
	if err != nil {
		return nil, err
	}
	var list struct {
		Items []struct {
			Metadata struct{ Name, UID string }
			Spec     struct{ NodeName string }
			Status   struct{ Phase string }
		}
	}
	path := "/api/v1/namespaces/" + url.PathEscape(namespace) + "/pods?labelSelector=" + url.QueryEscape(selector)
	if err := client.Get(ctx, path, &list); err != nil {
		return nil, err
	}
	var pods []fault.Pod
	for _, item := range list.Items {
		if item.Status.Phase == "Running" {
			pods = append(pods, fault.Pod{Name: item.Metadata.Name, UID: item.Metadata.UID, Node: item.Spec.NodeName})
		}
	}
	return pods, nil
}
