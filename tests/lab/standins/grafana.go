package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"strings"
)

// runGrafana answers where the real Grafana would, and reads its port, nothing
// more.
func runGrafana(args []string) {
	set := flag.NewFlagSet(program, flag.ExitOnError)
	set.String("homepath", "", "")
	config := set.String("config", "", "")
	if err := set.Parse(args); err != nil {
		exitWith(err.Error() + "\n")
	}
	text, err := os.ReadFile(*config)
	if err != nil {
		exitWith(err.Error() + "\n")
	}
	port := "3000"
	section := ""
	for _, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = line
		}
		pair := strings.SplitN(line, "=", 2)
		if section == "[server]" && len(pair) == 2 && strings.TrimSpace(pair[0]) == "http_port" {
			port = strings.TrimSpace(pair[1])
		}
	}
	http.HandleFunc("/login", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<title>Grafana</title>") })
	http.HandleFunc("/api/health", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"database":"ok"}`) })
	if err := http.ListenAndServe(":"+port, nil); err != nil {
		exitWith(err.Error() + "\n")
	}
}
