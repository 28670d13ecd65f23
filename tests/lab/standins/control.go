package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

const controlHelp = "DM control\n\nUsage:\n  dmctl [flags]\n  dmctl [command]\n\nAvailable Commands:\n" +
	"  config          manage config operations\n  list-member     Lists member information\n" +
	"  offline-member  Offlines member which has been closed\n  operate-leader  `evict`/`cancel-evict` the leader\n" +
	"  operate-source  `create`/`stop`/`show` upstream MySQL/MariaDB source\n  pause-task      Pauses a specified running task or all (sub)tasks bound to a source\n" +
	"  query-status    Queries task status\n  resume-task     Resumes a specified paused task or all (sub)tasks bound to a source\n" +
	"  start-task      Starts a task as defined in the configuration file\n  stop-task       Stops a specified task or all (sub)tasks bound to a source\n" +
	"  transfer-source Transfers a upstream MySQL/MariaDB source to a free worker\n"

type control struct {
	wire    *wire
	masters []string
}

// controlArgs takes the flags out, wherever they stand.
func controlArgs(args []string) (settings, []string) {
	flags, words := settings{}, []string{}
	for i := 0; i < len(args); i++ {
		arg := strings.TrimLeft(args[i], "-")
		switch {
		case arg == args[i]:
			words = append(words, arg)
		case strings.Contains(arg, "="):
			pair := strings.SplitN(arg, "=", 2)
			flags[pair[0]] = pair[1]
		case contains([]string{"V", "version", "h", "help", "leader", "master", "worker"}, arg) && !(contains(words, "offline-member") && (arg == "master" || arg == "worker")):
			flags[arg] = "true"
		case i+1 < len(args):
			i++
			flags[arg] = args[i]
		}
	}
	return flags, words
}

func runControl(args []string) int {
	flags, words := controlArgs(args)
	if flags["V"] != "" || flags["version"] != "" {
		fmt.Println(versionText())
		return 0
	}
	if flags["h"] != "" || flags["help"] != "" || len(words) == 0 {
		fmt.Print(controlHelp)
		return 0
	}
	addr := flags.orDefault("master-addr", os.Getenv("DM_MASTER_ADDR"))
	if addr == "" {
		fmt.Println("--master-addr not provided, this parameter is required when interacting with the dm-master, you can also use environment variable 'DM_MASTER_ADDR' to specify the value. Use `dmctl --help` to see more help messages")
		return 1
	}
	c := &control{wire: newWire(flags)}
	for _, master := range strings.Split(addr, ",") {
		c.masters = append(c.masters, c.wire.url(master))
	}
	answer, err := c.run(words, flags)
	if err != nil {
		fmt.Println("Error: " + err.Error())
		return 1
	}
	fmt.Println(answer)
	return 0
}

// ask tries the masters in turn and returns the answer, indented as dmctl does.
func (c *control) ask(method, path string, body interface{}) (string, error) {
	var last error
	for _, master := range c.masters {
		raw, _ := json.Marshal(body)
		request, err := http.NewRequest(method, master+path, bytes.NewReader(raw))
		if err != nil {
			return "", err
		}
		response, err := c.wire.client.Do(request)
		if err != nil {
			last = fmt.Errorf("can't connect to %s", master)
			continue
		}
		text, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK {
			last = fmt.Errorf("%s", strings.TrimSpace(string(text)))
			continue
		}
		return widen(string(text)), nil
	}
	return "", last
}

// widen doubles the indentation of each line.
func widen(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		body := strings.TrimLeft(line, " ")
		lines[i] = strings.Repeat(" ", 2*(len(line)-len(body))) + body
	}
	return strings.Join(lines, "\n")
}

func word(words []string, at int) string {
	if at < len(words) {
		return words[at]
	}
	return ""
}

func (c *control) run(words []string, flags settings) (string, error) {
	name := url.PathEscape(word(words, 1))
	switch words[0] {
	case "list-member":
		query := url.Values{}
		for _, part := range []string{"leader", "master", "worker"} {
			if flags[part] != "" {
				query.Set(part, "true")
			}
		}
		for _, wanted := range strings.Split(flags["name"], ",") {
			if wanted != "" {
				query.Add("names", wanted)
			}
		}
		return c.ask("GET", "/apis/v1alpha1/members?"+query.Encode(), nil)
	case "offline-member":
		kind := "master"
		if flags["worker"] != "" {
			kind = "worker"
		}
		return c.ask("DELETE", "/apis/v1alpha1/members/"+kind+"/"+url.PathEscape(flags["name"]), nil)
	case "operate-leader":
		if word(words, 1) != "evict" && word(words, 1) != "cancel-evict" {
			return "", fmt.Errorf("invalid operate-type %q", word(words, 1))
		}
		return c.ask("POST", "/standin/"+words[1], nil)
	case "transfer-source":
		return c.ask("POST", "/standin/transfer?source="+url.QueryEscape(word(words, 1))+"&worker="+url.QueryEscape(word(words, 2)), nil)
	case "operate-source":
		return c.operateSource(words)
	case "query-status":
		if name == "" {
			return c.ask("GET", "/standin/tasks", nil)
		}
		return c.ask("GET", "/apis/v1alpha1/status/"+name, nil)
	case "start-task":
		text, err := os.ReadFile(word(words, 1))
		if err != nil {
			return "", err
		}
		return c.ask("POST", "/apis/v1alpha1/tasks", bag{"task": string(text)})
	case "stop-task", "pause-task", "resume-task":
		op := map[string]string{"stop-task": "Delete", "pause-task": "Pause", "resume-task": "Resume"}[words[0]]
		return c.ask("PUT", "/apis/v1alpha1/tasks/"+name, bag{"op": op})
	case "config":
		if word(words, 1) == "export" {
			return c.export(flags.orDefault("path", flags.orDefault("p", "configs")))
		}
	}
	return "", fmt.Errorf("unknown command %q for \"dmctl\"", strings.Join(words, " "))
}

func (c *control) operateSource(words []string) (string, error) {
	body := bag{}
	switch word(words, 1) {
	case "show":
		body["op"] = 4
	case "create", "update", "stop":
		body["op"] = map[string]int{"create": 1, "update": 2, "stop": 3}[words[1]]
		var configs, ids []string
		for _, path := range words[2:] {
			text, err := os.ReadFile(path)
			if err != nil && words[1] != "stop" {
				return "", err
			}
			if err != nil {
				ids = append(ids, path)
			} else {
				configs = append(configs, string(text))
			}
		}
		body["config"], body["sourceID"] = configs, ids
	default:
		return "", fmt.Errorf("invalid operation %q on worker", word(words, 1))
	}
	return c.ask("PUT", "/apis/v1alpha1/sources", body)
}

func (c *control) export(dir string) (string, error) {
	text, err := c.ask("POST", "/standin/state", nil)
	if err != nil {
		return "", err
	}
	var state State
	if err := json.Unmarshal([]byte(text), &state); err != nil {
		return "", err
	}
	files := map[string]string{}
	for _, source := range state.Sources {
		files[filepath.Join("sources", source.ID+".yaml")] = source.Config
	}
	for _, task := range state.Tasks {
		files[filepath.Join("tasks", task.Name+".yaml")] = task.Config
	}
	files["relay_workers.json"] = "{}"
	for _, part := range []string{"sources", "tasks"} {
		if err := os.MkdirAll(filepath.Join(dir, part), 0o700); err != nil {
			return "", err
		}
	}
	for path, content := range files {
		if err := os.WriteFile(filepath.Join(dir, path), []byte(content), 0o600); err != nil {
			return "", err
		}
	}
	return "export configs to directory `" + dir + "` succeed", nil
}
