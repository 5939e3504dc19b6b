package proc

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAProcessIsKnownByItsRecordUntilItEnds(t *testing.T) {
	dir := t.TempDir()
	for _, folder := range []string{"run", "logs"} {
		if err := os.Mkdir(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := Start(dir, Spec{Name: "sleeper", Args: []string{"sleep", "60"}}); err != nil {
		t.Fatal(err)
	}
	all := List(dir)
	if len(all) != 1 || all[0].Name != "sleeper" || !all[0].Alive() {
		t.Fatalf("%+v", all)
	}
	impostor := all[0]
	impostor.Start++
	if impostor.Alive() {
		t.Error("another process of the same pid passes for the one that was started")
	}
	if err := impostor.Kill(); err != nil || !all[0].Alive() {
		t.Errorf("a process that is not ours was ended (%v)", err)
	}
	if err := all[0].Kill(); err != nil || all[0].Alive() {
		t.Errorf("not ended: %v", err)
	}
	if err := all[0].Kill(); err != nil {
		t.Errorf("ending it again: %v", err)
	}
}

func TestAnEndThatNobodyWantedIsSeen(t *testing.T) {
	dir := t.TempDir()
	_ = os.Mkdir(filepath.Join(dir, "run"), 0o755)
	_ = os.Mkdir(filepath.Join(dir, "logs"), 0o755)
	if err := Start(dir, Spec{Name: "short", Args: []string{"sh", "-c", "read line; exit 1"}}); err != nil {
		return // it ended before its record was written, which Start says
	}
	for end := time.Now().Add(10 * time.Second); List(dir)[0].Alive(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("still alive")
		}
	}
}

func TestAKeptProcessIsStartedAgainAndEndsWithItsKeeper(t *testing.T) {
	dir := t.TempDir()
	_ = os.Mkdir(filepath.Join(dir, "run"), 0o755)
	_ = os.Mkdir(filepath.Join(dir, "logs"), 0o755)
	starts := filepath.Join(dir, "starts")
	script := `echo $$ >>"$0"; [ $(wc -l <"$0") -lt 2 ] || exec sleep 60`
	if err := Start(dir, Spec{Name: "kept", Keep: true, Args: []string{"sh", "-c", script, starts}}); err != nil {
		t.Fatal(err)
	}
	var pids []string
	within(t, "it is started twice", func() bool {
		content, _ := os.ReadFile(starts)
		pids = strings.Fields(string(content))
		return len(pids) == 2
	})
	keeper := List(dir)[0]
	if err := keeper.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	stat := filepath.Join("/proc", pids[1], "stat")
	within(t, "the kept process is stopped too", func() bool {
		content, _ := os.ReadFile(stat)
		return strings.Contains(string(content), ") T ")
	})
	if err := keeper.Kill(); err != nil {
		t.Fatal(err)
	}
	within(t, "the kept process is gone", func() bool {
		content, err := os.ReadFile(stat)
		return err != nil || strings.Contains(string(content), ") Z ")
	})
}

func within(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within 10 s: %s", what)
		}
	}
}

func TestParseStatOfAnOddName(t *testing.T) {
	start, err := parseStat([]byte("7 (a) b (c) S 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 0 0"))
	if err != nil || start != 4711 {
		t.Errorf("%d, %v", start, err)
	}
	if _, err := parseStat([]byte("7 (gone) Z 1 7 7 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 0 0")); err == nil {
		t.Error("a zombie passes for a process")
	}
}
