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
	"  shard-ddl-lock  maintain or show shard-ddl locks information\n  start-relay     Starts workers pulling relay log for a source\n" +
	"  start-task      Starts a task as defined in the configuration file\n  stop-relay      Stops workers pulling relay log for a source\n" +
	"  stop-task       Stops a specified task or all (sub)tasks bound to a source\n  transfer-source Transfers a upstream MySQL/MariaDB source to a free worker\n"

type control struct {
	wire    *wire
	masters []string
	sources []string // of -s, which may come more than once
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
			if pair[0] == "s" || pair[0] == "source" {
				flags["s"] += "," + pair[1]
			} else {
				flags[pair[0]] = pair[1]
			}
		case contains([]string{"V", "version", "h", "help", "leader", "master", "worker", "more"}, arg):
			flags[arg] = "true"
		case i+1 < len(args):
			i++
			if arg == "s" || arg == "source" {
				flags["s"] += "," + args[i]
			} else {
				flags[arg] = args[i]
			}
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
	for _, source := range strings.Split(flags["s"], ",") {
		if source != "" {
			c.sources = append(c.sources, source)
		}
	}
	for _, master := range strings.Split(addr, ",") {
		c.masters = append(c.masters, c.wire.url(master))
	}
	answer, err := c.run(words, flags)
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error: "+err.Error())
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
			last = fmt.Errorf("[code=48001:class=dmctl:scope=internal:level=high], Message: can not create grpc connection, can't connect to %s", master)
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
		if name == "" && len(c.sources) == 0 && flags["more"] == "" {
			return c.summary()
		}
		return c.ask("POST", "/standin/status?"+url.Values{"task": {word(words, 1)}, "source": c.sources}.Encode(), nil)
	case "start-relay", "stop-relay":
		return c.relay(strings.TrimSuffix(words[0], "-relay"), words[1:])
	case "shard-ddl-lock", "show-ddl-locks", "unlock-ddl-lock":
		if words[0] == "unlock-ddl-lock" || word(words, 1) == "unlock" {
			return c.ask("POST", "/standin/unlock?id="+url.QueryEscape(words[len(words)-1]), nil)
		}
		return c.ask("POST", "/standin/ddl-locks?task="+name, nil)
	case "start-task":
		text, err := os.ReadFile(word(words, 1))
		if err != nil {
			return "", err
		}
		return c.ask("POST", "/apis/v1alpha1/tasks", bag{"task": string(text)})
	case "check-task":
		if _, err := os.ReadFile(word(words, 1)); err != nil {
			return "", err
		}
		return "{\n    \"result\": true,\n    \"msg\": \"\"\n}", nil
	case "stop-task", "pause-task", "resume-task":
		op := map[string]string{"stop-task": "Delete", "pause-task": "Pause", "resume-task": "Resume"}[words[0]]
		return c.ask("PUT", "/apis/v1alpha1/tasks/"+name, bag{"op": op, "sources": c.sources})
	case "get-config":
		return c.ask("POST", "/standin/config?of="+name+"&name="+url.QueryEscape(word(words, 2)), nil)
	case "config":
		switch dir := flags.orDefault("path", flags.orDefault("p", "configs")); word(words, 1) {
		case "export":
			return c.export(dir)
		case "import":
			return c.load(dir)
		case "task", "source":
			return c.ask("POST", "/standin/config?of="+name+"&name="+url.QueryEscape(word(words, 2)), nil)
		}
	}
	return "", fmt.Errorf("unknown command %q for \"dmctl\"", strings.Join(words, " "))
}

// summary is dmctl's own; when any source is silent it prints everything.
func (c *control) summary() (string, error) {
	full, err := c.ask("POST", "/standin/status", nil)
	if err != nil {
		return "", err
	}
	var said struct {
		Sources []struct{ Result bool }
	}
	if err := json.Unmarshal([]byte(full), &said); err != nil {
		return "", err
	}
	for _, source := range said.Sources {
		if !source.Result {
			return full, nil
		}
	}
	return c.ask("POST", "/standin/tasks", nil)
}

func (c *control) relay(op string, workers []string) (string, error) {
	if len(c.sources) != 1 {
		fmt.Println("must specify one source (`-s` / `--source`)")
		return "", fmt.Errorf("please check output to see error")
	}
	if len(workers) > 0 {
		fmt.Println("start-relay/stop-relay with worker name will be deprecated soon. You can try stopping relay first and use start-relay without worker name instead")
	}
	query := url.Values{"op": {op}, "source": c.sources, "worker": workers}
	return c.ask("POST", "/standin/relay?"+query.Encode(), nil)
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
	if relay := state.relayWorkers(); len(relay) > 0 {
		text, _ := json.Marshal(relay)
		files["relay_workers.json"] = string(text)
	}
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

// load is config import: sources, then tasks; relay is only spoken of.
func (c *control) load(dir string) (string, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", fmt.Errorf("config directory `%s` not exists", dir)
	}
	for _, part := range []string{"sources", "tasks"} {
		entries, err := os.ReadDir(filepath.Join(dir, part))
		if err != nil || len(entries) == 0 {
			continue
		}
		fmt.Println("start creating " + part)
		for _, entry := range entries {
			text, err := os.ReadFile(filepath.Join(dir, part, entry.Name()))
			if err != nil {
				return "", err
			}
			answer := ""
			if part == "sources" {
				answer, err = c.ask("PUT", "/apis/v1alpha1/sources", bag{"op": 1, "config": []string{string(text)}})
			} else {
				answer, err = c.ask("POST", "/apis/v1alpha1/tasks", bag{"task": string(text)})
			}
			var said struct {
				Result bool
				Msg    string
			}
			if err == nil {
				err = json.Unmarshal([]byte(answer), &said)
			}
			if err != nil {
				fmt.Println("fail to create " + part)
				return "", err
			}
			if !said.Result && !strings.Contains(said.Msg, "already exist") {
				fmt.Println(answer)
				return "", fmt.Errorf("fail to create %s", part)
			}
		}
	}
	file := filepath.Join(dir, "relay_workers.json")
	if _, err := os.Stat(file); err == nil {
		fmt.Printf("The original relay workers have been exported to `%s`.\n", file)
		fmt.Println("Currently DM doesn't support recover relay workers. You may need to execute `transfer-source` and `start-relay` command manually.")
	}
	return "import configs from directory `" + dir + "` succeed", nil
}
