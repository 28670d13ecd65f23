package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"
)

var commonKeys = []string{"name", "log-level", "log-file", "log-format", "log-rotate", "join", "advertise-addr",
	"ssl-ca", "ssl-cert", "ssl-key", "ssl-ca-base64", "ssl-cert-base64", "ssl-key-base64", "cert-allowed-cn", "secret-key-path"}

var masterKeys = append([]string{"master-addr", "config-file", "rpc-timeout", "rpc-rate-limit", "rpc-rate-burst",
	"data-dir", "initial-cluster", "initial-cluster-state", "peer-urls", "advertise-peer-urls", "max-txn-ops",
	"max-request-bytes", "auto-compaction-mode", "auto-compaction-retention", "quota-backend-bytes", "openapi",
	"v1-sources-path", "experimental.openapi"}, commonKeys...)

var workerKeys = append([]string{"worker-addr", "keepalive-ttl", "relay-keepalive-ttl", "relay-dir", "relay-dir-path"}, commonKeys...)

type settings map[string]string

func (s settings) seconds(key string, fallback float64) float64 {
	if value, err := strconv.ParseFloat(s[key], 64); err == nil && value > 0 {
		return value
	}
	return fallback
}

func contains(list []string, value string) bool {
	for _, item := range list {
		if item == value {
			return true
		}
	}
	return false
}

// parseToml reads the part of TOML that these configurations use: scalars,
// lists of scalars on one line, and tables. Keys come back dotted.
func parseToml(text string) (settings, error) {
	out, table := settings{}, ""
	for number, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			end := strings.Index(line, "]")
			if end < 0 {
				return nil, fmt.Errorf("line %d: expected ']'", number+1)
			}
			table = strings.Trim(line[1:end], " []") + "."
			continue
		}
		eq := strings.Index(line, "=")
		if eq < 1 {
			return nil, fmt.Errorf("line %d: expected key = value", number+1)
		}
		key, value := strings.Trim(strings.TrimSpace(line[:eq]), `"`), strings.TrimSpace(line[eq+1:])
		scalar, err := tomlScalar(value)
		if err != nil {
			return nil, fmt.Errorf("line %d: %v", number+1, err)
		}
		out[table+key] = scalar
	}
	return out, nil
}

func tomlScalar(value string) (string, error) {
	if value == "" {
		return "", fmt.Errorf("value expected")
	}
	if quote := value[0]; quote == '"' || quote == '\'' {
		for end := 1; end < len(value); end++ {
			if value[end] == '\\' && quote == '"' {
				end++
			} else if value[end] == quote {
				if quote == '\'' {
					return value[1:end], nil
				}
				return strconv.Unquote(value[:end+1])
			}
		}
		return "", fmt.Errorf("unterminated string")
	}
	if hash := strings.Index(value, "#"); hash >= 0 {
		value = strings.TrimSpace(value[:hash])
	}
	if value == "true" || value == "false" || value[0] == '[' {
		return value, nil
	}
	if _, err := strconv.ParseFloat(strings.ReplaceAll(value, "_", ""), 64); err != nil {
		return "", fmt.Errorf("invalid value %s", value)
	}
	return value, nil
}

// loadSettings merges the configuration file and the flags, of which the flags
// win, and ends the program on anything the real one refuses.
func loadSettings(args []string, keys []string, complaint string) settings {
	set := flag.NewFlagSet(program, flag.ContinueOnError)
	var usage bytes.Buffer
	set.SetOutput(&usage)
	version := set.Bool("V", false, "prints version and exit")
	config := set.String("config", "", "path to config file")
	level := set.String("L", "", "log level")
	openapi := set.Bool("openapi", false, "enable openapi")
	values := map[string]*string{}
	for _, key := range keys {
		if key != "openapi" && !strings.Contains(key, ".") {
			values[key] = set.String(key, "", "")
		}
	}
	if err := set.Parse(args); err != nil {
		exitWith("parse cmd flags err: " + err.Error() + "\n")
	}
	if *version {
		fmt.Print(versionText() + "\n")
		os.Exit(0)
	}
	out := settings{}
	if *config != "" {
		text, err := os.ReadFile(*config)
		if err != nil {
			exitWith("parse cmd flags err: " + err.Error() + "\n")
		}
		if out, err = parseToml(string(text)); err != nil {
			exitWith("parse cmd flags err: toml: " + err.Error() + "\n")
		}
		var unknown []string
		for key := range out {
			if !contains(keys, key) {
				unknown = append(unknown, key)
			}
		}
		if sort.Strings(unknown); len(unknown) > 0 {
			exitWith("parse cmd flags err: " + complaint + " unknown configuration options: " + strings.Join(unknown, ",") + "\n")
		}
	}
	set.Visit(func(f *flag.Flag) {
		if value, ok := values[f.Name]; ok {
			out[f.Name] = *value
		}
	})
	if *level != "" {
		out["log-level"] = *level
	}
	if *openapi || out["experimental.openapi"] == "true" {
		out["openapi"] = "true"
	}
	if value, ok := out["rpc-timeout"]; ok {
		if _, err := time.ParseDuration(value); err != nil {
			exitWith("parse cmd flags err: parse rpc timeout str\n")
		}
	}
	return out
}

type logger struct{ out io.Writer }

// openLog opens the log file only now: before the settings are accepted the
// real programs have not touched it either.
func openLog(path string) *logger {
	if path == "" {
		return &logger{os.Stdout}
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		exitWith("init logger error " + err.Error() + "\n")
	}
	return &logger{file}
}

func (l *logger) write(level, place, message string, fields ...string) {
	var line strings.Builder
	fmt.Fprintf(&line, "[%s] [%s]", time.Now().Format("2006/01/02 15:04:05.000 -07:00"), level)
	if place != "" {
		fmt.Fprintf(&line, " [%s]", place)
	}
	fmt.Fprintf(&line, " [%q]", message)
	for i := 0; i+1 < len(fields); i += 2 {
		value := fields[i+1]
		if strings.ContainsAny(value, " \"=[]{}") {
			value = strconv.Quote(value)
		}
		fmt.Fprintf(&line, " [%s=%s]", fields[i], value)
	}
	fmt.Fprintln(l.out, line.String())
}
