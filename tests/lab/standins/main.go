// Stand-ins for the DM programs: they speak on the wire and on the command line
// as the recordings of the real programs do, and replicate no data at all.
// One source, one program each: the linker sets `program`, `release` and `commit`.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

var (
	program = "dm-master"
	release = "v8.5.0"
	commit  = "c7b2588ef6c74ef2a42ef35a539251d026de722e"
)

func versionText() string {
	return "Release Version: " + release + "\n" +
		"Git Commit Hash: " + commit + "\n" +
		"Git Branch: master\n" +
		"UTC Build Time: 2026-11-21 02:00:00\n" +
		"Go Version: go1.26.8\n" +
		"Failpoint Build: false\n"
}

// envSeconds reads a duration from the environment, so that tests need not wait
// for the real program's minutes.
func envSeconds(name string, fallback float64) time.Duration {
	if value, err := strconv.ParseFloat(os.Getenv(name), 64); err == nil && value > 0 {
		fallback = value
	}
	return time.Duration(fallback * float64(time.Second))
}

var (
	electionTTL    = envSeconds("DM_STANDIN_ELECTION_TTL", 60)
	healthInterval = envSeconds("DM_STANDIN_HEALTH_INTERVAL", 5)
	startTimeout   = envSeconds("DM_STANDIN_START_TIMEOUT", 10)
	joinTimeout    = envSeconds("DM_STANDIN_JOIN_TIMEOUT", 3)
	joinPause      = envSeconds("DM_STANDIN_JOIN_PAUSE", 1)
	// Of a worker whose configuration says nothing.
	keepaliveTTL = envSeconds("DM_STANDIN_KEEPALIVE_TTL", 60)
	relayTTL     = envSeconds("DM_STANDIN_RELAY_KEEPALIVE_TTL", 1800)
)

// exitWith ends the program as the real ones do when they can't start: code 2.
func exitWith(stdout string) {
	fmt.Print(stdout)
	os.Exit(2)
}

func main() {
	switch program {
	case "dm-master":
		runMaster(os.Args[1:])
	case "dm-worker":
		runWorker(os.Args[1:])
	case "dmctl":
		os.Exit(runControl(os.Args[1:]))
	case "grafana-server":
		runGrafana(os.Args[1:])
	default:
		exitWith("unknown program " + program + "\n")
	}
}
