package lab

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const usage = `zonelab: a real Kubernetes with one node per zone on this machine

usage: zonelab COMMAND [--name NAME] ...

  up [--zones a,b,c] [--nodes-per-zone 1]   brings a lab up; does nothing if it is up
  down [--all]                              ends a lab and removes all of it
  status [--json]                           what runs, which faults are in force
  kubeconfig                                prints the path of an administrator's kubeconfig
  kubectl ARG...                            kubectl as that administrator
  load IMAGE.tar...                         loads image archives into every node
  cut ZONE | heal ZONE                      takes a zone off the network; ends every network fault of the zone.
                                            These and all that follow up to pause print the time at which it was done
  partition ZONE --from ZONE [--one-way]    lets two zones not talk to each other; --one-way: only what ZONE sends is lost
  loss ZONE PERCENT                         drops that share of a zone's packets, each way
  freeze | thaw | kill | terminate --selector LABELS [--namespace NS]
                                            stops, continues, kills (SIGKILL) or ends (SIGTERM) the processes of pods
  throttle PERCENT --selector LABELS [--namespace NS]
                                            lets each of these pods have that share of one core at most; 0: no bound
  pause | resume COMPONENT                  stops and continues a process of the lab, for example kube-apiserver
  exec --zone ZONE | --client -- COMMAND... runs a command in the network of a zone's node, or of a host in no zone
  version

The default name is "zonelab", the default zones are zone-a, zone-b and zone-c. All but status, kubeconfig, kubectl and
version need root.
`

// dependencies are the programs that the lab calls, and the Debian packages that bring them.
var dependencies = []struct{ program, brings string }{
	{"containerd", "containerd"}, {"ctr", "containerd"}, {"runc", "runc"}, {"nft", "nftables"}, {"ip", "iproute2"},
	{"nsenter", "util-linux"}, {"setpriv", "util-linux"}, {"unshare", "util-linux"}, {"mount", "mount"},
}

// command is one call of the command line.
type command struct {
	store    store
	binary   string // this program
	name     string
	flags    *flag.FlagSet
	rest     []string
	zones    string
	perZone  int
	json     bool
	all      bool
	from     string
	oneWay   bool
	selector string
	ns       string
	zone     string
	client   bool
}

// Main runs the command line and returns the exit status: 2 for a call that is not understood, 1 for a failure.
func Main(args []string, version string) int {
	if len(args) == 0 || slices.Contains([]string{"help", "-h", "--help"}, args[0]) {
		fmt.Print(usage)
		return 0
	}
	if args[0] == "version" {
		fmt.Println(version)
		return 0
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, args[0], args[1:])
	if err == nil {
		return 0
	}
	var exit exitStatus
	if errors.As(err, &exit) {
		return int(exit)
	}
	fmt.Fprintln(os.Stderr, "zonelab:", err)
	var wrong usageError
	if errors.As(err, &wrong) {
		return 2
	}
	return 1
}

type usageError string

func (e usageError) Error() string { return string(e) + "; `zonelab help` lists the commands" }

// exitStatus is that of a program that zonelab ran for its user.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

var verbs = map[string]struct {
	run        func(context.Context, *command) error
	positional int // -1: any number
	root       bool
}{
	"up":          {up, 0, true},
	"down":        {down, 0, true},
	"status":      {status, 0, false},
	"kubeconfig":  {kubeconfig, 0, false},
	"kubectl":     {kubectl, -1, false},
	"load":        {load, -1, true},
	"cut":         {cut, 1, true},
	"heal":        {heal, 1, true},
	"partition":   {partition, 1, true},
	"loss":        {loss, 2, true},
	"freeze":      {freeze, 0, true},
	"thaw":        {thaw, 0, true},
	"kill":        {kill, 0, true},
	"terminate":   {terminate, 0, true},
	"throttle":    {throttle, 1, true},
	"pause":       {pause, 1, true},
	"resume":      {resume, 1, true},
	"exec":        {execute, -1, true},
	"controllers": {runControllers, 0, true}, // started by up
}

func run(ctx context.Context, verb string, args []string) error {
	chosen, ok := verbs[verb]
	if !ok {
		return usageError(fmt.Sprintf("there is no command %q", verb))
	}
	c, err := parse(verb, args)
	if err != nil {
		return err
	}
	if chosen.positional >= 0 && len(c.rest) != chosen.positional {
		return usageError(fmt.Sprintf("%s takes %d arguments, not %q", verb, chosen.positional, c.rest))
	}
	if chosen.root {
		if os.Geteuid() != 0 {
			return errors.New("this needs root: network namespaces, cgroups and mounts are made and removed; call it with sudo")
		}
		if err := checkDependencies(); err != nil {
			return err
		}
	}
	return chosen.run(ctx, c)
}

func parse(verb string, args []string) (*command, error) {
	binary, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &command{store: store{dir: stateDir()}, binary: binary, flags: flag.NewFlagSet(verb, flag.ContinueOnError)}
	c.flags.SetOutput(io.Discard)
	c.flags.StringVar(&c.name, "name", "zonelab", "the lab's name")
	switch verb {
	case "up":
		c.flags.StringVar(&c.zones, "zones", "zone-a,zone-b,zone-c", "zones, separated by commas")
		c.flags.IntVar(&c.perZone, "nodes-per-zone", 1, "nodes in each zone")
	case "down":
		c.flags.BoolVar(&c.all, "all", false, "every lab of this machine")
	case "status":
		c.flags.BoolVar(&c.json, "json", false, "one JSON object")
	case "partition":
		c.flags.StringVar(&c.from, "from", "", "the other zone")
		c.flags.BoolVar(&c.oneWay, "one-way", false, "lose only what the first zone sends")
	case "freeze", "thaw", "kill", "terminate", "throttle":
		c.flags.StringVar(&c.selector, "selector", "", "label selector of the pods")
		c.flags.StringVar(&c.ns, "namespace", "default", "namespace of the pods")
	case "exec":
		c.flags.StringVar(&c.zone, "zone", "", "run in the first node of this zone")
		c.flags.BoolVar(&c.client, "client", false, "run on the host in no zone")
	}
	if verb == "kubectl" { // but for a leading --name, all is kubectl's
		c.rest = args
		if len(args) > 1 && args[0] == "--name" {
			c.name, c.rest = args[1], args[2:]
		}
		return c, nil
	}
	for {
		if err := c.flags.Parse(args); err != nil {
			return nil, usageError(fmt.Sprintf("%s: %v", verb, err))
		}
		// flags may follow arguments, but what follows `--` is not ours
		consumed := args[:len(args)-c.flags.NArg()]
		if c.flags.NArg() == 0 || len(consumed) > 0 && consumed[len(consumed)-1] == "--" {
			c.rest = append(c.rest, c.flags.Args()...)
			return c, nil
		}
		c.rest = append(c.rest, c.flags.Arg(0))
		args = c.flags.Args()[1:]
	}
}

func stateDir() string {
	if dir := os.Getenv("ZONELAB_DIR"); dir != "" {
		return dir
	}
	return "/var/lib/zonelab"
}

func checkDependencies() error {
	// an ordinary user's PATH, which sudo may keep, lacks these
	os.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	var missing []string
	for _, d := range dependencies {
		if !onPath(d.program) && !slices.Contains(missing, d.brings) {
			missing = append(missing, d.brings)
		}
	}
	if cniDir() == "" {
		missing = append(missing, "containernetworking-plugins")
	}
	if len(missing) > 0 {
		return fmt.Errorf("missing on this machine: install %s (bin/setup does)", strings.Join(missing, " "))
	}
	return nil
}

func onPath(program string) bool {
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if info, err := os.Stat(filepath.Join(dir, program)); err == nil && info.Mode()&0o111 != 0 && !info.IsDir() {
			return true
		}
	}
	return false
}

// cniDir is where a distribution puts the CNI plugins; empty if nowhere.
func cniDir() string {
	for _, dir := range []string{"/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"} {
		if _, err := os.Stat(filepath.Join(dir, "bridge")); err == nil {
			return dir
		}
	}
	return ""
}

func note(format string, args ...any) { fmt.Fprintf(os.Stderr, "    "+format+"\n", args...) }

// stage runs a part of a longer job and says how long it took.
func stage(title string, do func() error) error {
	start := time.Now()
	if err := do(); err != nil {
		return fmt.Errorf("%s: %w", title, err)
	}
	note("%-52s %5.1f s", title, time.Since(start).Seconds())
	return nil
}
