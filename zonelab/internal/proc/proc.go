// Package proc starts processes that outlive their parent, and ends those and no others.
package proc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Process is a process of a lab, told from a later one of the same pid by its start time and the machine's boot.
type Process struct {
	Name  string `json:"name"`
	Pid   int    `json:"pid"`
	Start uint64 `json:"start"` // clock ticks since boot
	Boot  string `json:"boot"`
	Kept  bool   `json:"kept,omitempty"`
}

// Spec is a process to start.
type Spec struct {
	Name  string
	Netns string // the name of a network namespace; empty is the host's
	Args  []string
	Env   []string // added to the parent's
	Keep  bool     // started again, a second later, whenever it ends
}

// keep is the shell that keeps a process; that one ends when the shell does.
const keep = `while :; do setpriv --pdeathsig KILL -- "$@"; echo "$1 ended with status $?; it is started again"; sleep 1; done`

// Start runs the process in a session of its own, its output in dir/logs/NAME.log, its record in dir/run/NAME.json.
func Start(dir string, spec Spec) error {
	args := spec.Args
	if spec.Keep {
		args = append([]string{"sh", "-c", keep, "keep"}, args...)
	}
	if spec.Netns != "" {
		// `ip netns exec` would mount another /sys, which hides the cgroups
		args = append([]string{"nsenter", "--net=/run/netns/" + spec.Netns, "--"}, args...)
	}
	log, err := os.OpenFile(LogFile(dir, spec.Name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	command := exec.Command(args[0], args[1:]...)
	command.Env = append(os.Environ(), spec.Env...)
	command.Dir = dir
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := command.Start(); err != nil {
		return fmt.Errorf("starting %s: %w", spec.Name, err)
	}
	start, err := startTime(command.Process.Pid)
	if err != nil {
		return fmt.Errorf("%s ended at once: see %s", spec.Name, log.Name())
	}
	record, err := json.Marshal(Process{Name: spec.Name, Pid: command.Process.Pid, Start: start, Boot: boot(), Kept: spec.Keep})
	if err != nil {
		return err
	}
	// reaped when it ends while we still run, so that Alive sees its end
	go command.Wait()
	return os.WriteFile(recordFile(dir, spec.Name), record, 0o644)
}

// LogFile is where a process writes.
func LogFile(dir, name string) string { return filepath.Join(dir, "logs", name+".log") }

// recordFile is where a process is recorded.
func recordFile(dir, name string) string { return filepath.Join(dir, "run", name+".json") }

// Named reads the record of one process of a lab.
func Named(dir, name string) (Process, error) {
	var process Process
	content, err := os.ReadFile(recordFile(dir, name))
	if err == nil {
		err = json.Unmarshal(content, &process)
	}
	if err == nil && process.Pid <= 1 {
		err = fmt.Errorf("the record of %s has pid %d", name, process.Pid)
	}
	return process, err
}

// List reads the records of a lab, by name.
func List(dir string) []Process {
	var all []Process
	paths, _ := filepath.Glob(recordFile(dir, "*"))
	sort.Strings(paths)
	for _, path := range paths {
		if process, err := Named(dir, strings.TrimSuffix(filepath.Base(path), ".json")); err == nil {
			all = append(all, process)
		}
	}
	return all
}

// Alive tells whether this very process still runs.
func (p Process) Alive() bool {
	start, err := startTime(p.Pid)
	return err == nil && start == p.Start && p.Boot == boot()
}

// Kill ends the process at once, if it still is the one that was started, and waits until it is gone.
func (p Process) Kill() error {
	if !p.Alive() {
		return nil
	}
	if err := syscall.Kill(p.Pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("ending %s (pid %d): %w", p.Name, p.Pid, err)
	}
	for end := time.Now().Add(10 * time.Second); p.Alive(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("%s (pid %d) is still there 10 s after SIGKILL", p.Name, p.Pid)
		}
	}
	return nil
}

// Signal sends a signal to the process, if it still is the one that was started, and to the one that it keeps.
func (p Process) Signal(signal syscall.Signal) error {
	if !p.Alive() {
		return fmt.Errorf("%s (pid %d) has ended", p.Name, p.Pid)
	}
	target := p.Pid
	if p.Kept {
		target = -p.Pid // the session that it was started in is one group
	}
	if err := syscall.Kill(target, signal); err != nil {
		return fmt.Errorf("%s (pid %d): %w", p.Name, p.Pid, err)
	}
	return nil
}

// startTime reads field 22 of /proc/PID/stat; a zombie counts as ended.
func startTime(pid int) (uint64, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	return parseStat(content)
}

func parseStat(content []byte) (uint64, error) {
	// the command's name, in parentheses, may hold spaces and parentheses itself
	end := bytes.LastIndexByte(content, ')')
	if end < 0 {
		return 0, errors.New("no process name in stat")
	}
	fields := strings.Fields(string(content[end+1:]))
	if len(fields) < 20 || fields[0] == "Z" || fields[0] == "X" {
		return 0, errors.New("the process has ended")
	}
	return strconv.ParseUint(fields[19], 10, 64)
}

func boot() string {
	id, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(id))
}

// Run runs a command to its end and returns what it printed; an error names the command and says what it printed.
func Run(stdin string, args ...string) (string, error) {
	command := exec.Command(args[0], args[1:]...)
	command.Stdin = strings.NewReader(stdin)
	output, err := command.CombinedOutput()
	if err != nil {
		return string(output), fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(output)))
	}
	return string(output), nil
}
