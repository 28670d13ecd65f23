package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

type bag = map[string]interface{}

func openapiAnswer(w http.ResponseWriter, status int, value interface{}) {
	text, _ := json.MarshalIndent(value, "", "    ")
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text)
}

func openapiList(w http.ResponseWriter, list []bag) {
	if list == nil {
		list = []bag{}
	}
	openapiAnswer(w, http.StatusOK, bag{"data": list, "total": len(list)})
}

var codePattern = regexp.MustCompile(`code=(\d+)`)

func openapiFailure(w http.ResponseWriter, problem string) {
	code := 0
	if found := codePattern.FindStringSubmatch(problem); found != nil {
		code, _ = strconv.Atoi(found[1])
	}
	openapiAnswer(w, http.StatusBadRequest, bag{"error_code": code, "error_msg": problem})
}

// openapiDone answers 204, or with the problem.
func openapiDone(w http.ResponseWriter, problem string) {
	if problem != "" {
		openapiFailure(w, problem)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func openapiRefuse(w http.ResponseWriter, reason string) {
	text, _ := json.Marshal(bag{"error": reason})
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write(text)
}

func (m *master) openapi(w http.ResponseWriter, q *http.Request) {
	m.leaderOr(w, q, 0, func() { m.openapiHere(w, q) })
}

func (m *master) openapiHere(w http.ResponseWriter, q *http.Request) {
	path := strings.Split(strings.Trim(strings.TrimPrefix(q.URL.Path, "/api/v1/"), "/"), "/")
	route := q.Method + " " + path[0]
	if len(path) > 1 && path[0] == "cluster" {
		m.openapiCluster(w, q, path)
		return
	}
	switch {
	case route == "GET sources" && len(path) == 1:
		m.openapiSources(w, q)
	case route == "POST sources" && len(path) == 1:
		m.openapiCreateSource(w, q)
	case path[0] == "sources" && len(path) > 1:
		m.openapiSource(w, q, path)
	case route == "GET tasks" && len(path) == 1:
		state, list := m.agreed.view(), []bag(nil)
		for _, task := range state.Tasks {
			list = append(list, taskBag(&task))
		}
		openapiList(w, list)
	case path[0] == "tasks" && len(path) > 1:
		m.openapiTask(w, q, path)
	default:
		openapiRefuse(w, "no matching operation was found")
	}
}

func (m *master) openapiCluster(w http.ResponseWriter, q *http.Request, path []string) {
	state := m.agreed.view()
	switch route := q.Method + " " + path[1]; {
	case route == "GET info":
		m.openapiInfo(w, state)
	case route == "PUT info":
		raw, _ := io.ReadAll(q.Body)
		if !json.Valid(raw) {
			openapiRefuse(w, "error in openapi3filter.RequestError: request body has an error: failed to decode request body")
			return
		}
		if problem := m.change(Command{Op: "topology", Raw: raw}); problem != "" {
			openapiFailure(w, problem)
			return
		}
		m.openapiInfo(w, m.agreed.view())
	case route == "GET masters" && len(path) == 2:
		var list []bag
		for _, seen := range m.masters(state) {
			list = append(list, bag{"addr": seen.PeerURL, "alive": seen.alive, "leader": seen.Name == m.s["name"], "name": seen.Name})
		}
		openapiList(w, list)
	case route == "GET workers" && len(path) == 2:
		var list []bag
		for i := range state.Workers {
			stage, source := state.stage(&state.Workers[i])
			list = append(list, bag{"addr": state.Workers[i].Addr, "bound_source_name": source, "bound_stage": stage, "name": state.Workers[i].Name})
		}
		openapiList(w, list)
	case route == "DELETE masters" && len(path) == 3:
		openapiDone(w, m.offlineError("master", path[2]))
	case route == "DELETE workers" && len(path) == 3:
		openapiDone(w, m.offlineError("worker", path[2]))
	default:
		openapiRefuse(w, "no matching operation was found")
	}
}

func (m *master) openapiInfo(w http.ResponseWriter, state *State) {
	info := bag{"cluster_id": state.ClusterID}
	if state.Topology != nil {
		info["topology"] = state.Topology
	}
	openapiAnswer(w, http.StatusOK, info)
}

func sourceBag(state *State, source *Source, withStatus bool) bag {
	out := bag{"enable": source.Enabled, "enable_gtid": source.GTID, "flavor": source.Flavor, "host": source.Host, "password": "******",
		"port": source.Port, "purge": bag{"expires": 0, "interval": 3600, "remain_space": 15},
		"relay_config": bag{"enable_relay": source.Relay, "relay_binlog_gtid": "", "relay_binlog_name": "", "relay_dir": "relay-dir"},
		"security":     nil, "source_name": source.ID, "user": source.User}
	if withStatus {
		out["status_list"] = []bag{{"source_name": source.ID, "worker_name": state.Bound[source.ID]}}
	}
	tasks := []string{}
	for _, task := range state.Tasks {
		if contains(task.Sources, source.ID) {
			tasks = append(tasks, task.Name)
		}
	}
	if withStatus || len(tasks) > 0 {
		out["task_name_list"] = tasks
	}
	return out
}

func (m *master) openapiSources(w http.ResponseWriter, q *http.Request) {
	state, list := m.agreed.view(), []bag(nil)
	for i := range state.Sources {
		list = append(list, sourceBag(state, &state.Sources[i], truth(q.URL.Query()["with_status"])))
	}
	openapiList(w, list)
}

func (m *master) openapiCreateSource(w http.ResponseWriter, q *http.Request) {
	var body struct {
		Source *struct {
			Name     string `json:"source_name"`
			Host     string `json:"host"`
			Port     int    `json:"port"`
			User     string `json:"user"`
			Password string `json:"password"`
			Flavor   string `json:"flavor"`
			GTID     bool   `json:"enable_gtid"`
			Enable   bool   `json:"enable"`
		} `json:"source"`
	}
	raw, _ := io.ReadAll(q.Body)
	if json.Unmarshal(raw, &body) != nil || body.Source == nil {
		openapiRefuse(w, "error in openapi3filter.RequestError: request body has an error: doesn't match schema #/components/schemas/CreateSourceRequest: Error at \"/source\": property \"source\" is missing")
		return
	}
	s := body.Source
	if m.agreed.view().source(s.Name) != nil {
		openapiFailure(w, "[code=46010:class=scheduler:scope=internal:level=medium], Message: source config with ID "+s.Name+" already exists")
		return
	}
	if s.Flavor == "" {
		s.Flavor = "mysql"
	}
	config := fmt.Sprintf("source-id: %s\nenable-gtid: %t\nflavor: %s\nfrom:\n  host: %s\n  port: %d\n  user: %s\n  password: %q\n", s.Name, s.GTID, s.Flavor, s.Host, s.Port, s.User, s.Password)
	source := &Source{ID: s.Name, Config: config, Host: s.Host, Port: s.Port, User: s.User, Password: s.Password, Flavor: s.Flavor, GTID: s.GTID, Enabled: s.Enable}
	m.addSource(source)
	openapiAnswer(w, http.StatusCreated, sourceBag(m.agreed.view(), source, false))
}

func (m *master) openapiSource(w http.ResponseWriter, q *http.Request, path []string) {
	state := m.agreed.view()
	source := state.source(path[1])
	if source == nil {
		if q.Method == http.MethodGet {
			w.WriteHeader(http.StatusNotFound)
		} else {
			openapiFailure(w, "[code=46008:class=scheduler:scope=internal:level=medium], Message: source config with ID "+path[1]+" not exists")
		}
		return
	}
	action := strings.Join(path[2:], "/")
	switch q.Method + " " + action {
	case "GET ":
		openapiAnswer(w, http.StatusOK, sourceBag(state, source, false))
	case "GET status":
		openapiList(w, []bag{{"source_name": source.ID, "worker_name": state.Bound[source.ID]}})
	case "DELETE ":
		openapiDone(w, m.removeSource(source.ID))
	case "POST transfer":
		var body struct {
			Worker string `json:"worker_name"`
		}
		raw, _ := io.ReadAll(q.Body)
		_ = json.Unmarshal(raw, &body)
		openapiDone(w, m.transferSource(source.ID, body.Worker))
	case "POST enable", "POST disable", "POST relay/enable", "POST relay/disable":
		next := *source
		switch action {
		case "enable", "disable":
			next.Enabled = action == "enable"
		default:
			next.Relay = action == "relay/enable"
		}
		openapiDone(w, m.change(Command{Op: "source-put", Source: &next}))
	default:
		openapiRefuse(w, "no matching operation was found")
	}
}

func taskBag(task *Task) bag {
	conf := []bag{}
	for _, id := range task.Sources {
		conf = append(conf, bag{"source_name": id})
	}
	return bag{"name": task.Name, "task_mode": task.Mode, "source_config": bag{"source_conf": conf}}
}

func (m *master) openapiTask(w http.ResponseWriter, q *http.Request, path []string) {
	state := m.agreed.view()
	task := state.task(path[1])
	if task == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	switch q.Method + " " + strings.Join(path[2:], "/") {
	case "GET ":
		openapiAnswer(w, http.StatusOK, taskBag(task))
	case "GET status":
		var list []bag
		for _, id := range task.Sources {
			list = append(list, bag{"name": task.Name, "source_name": id, "stage": task.sub(id).Stage, "unit": task.sub(id).Unit, "unresolved_ddl_lock_id": "",
				"worker_name": state.Bound[id], "sync_status": bag{"binlog_type": "remote", "blocking_ddls": nil, "dump_io_total_bytes": 0,
					"io_total_bytes": 0, "master_binlog": "(mysql-bin.000001, 4)", "master_binlog_gtid": "", "recent_tps": 0,
					"seconds_behind_master": int64(task.sub(id).Lag), "synced": true, "syncer_binlog": "(mysql-bin.000001, 4)", "syncer_binlog_gtid": "",
					"total_events": 0, "total_tps": 0, "unresolved_groups": nil}})
		}
		openapiList(w, list)
	case "DELETE ":
		openapiDone(w, m.change(Command{Op: "task-delete", Name: task.Name}))
	case "POST start", "POST stop":
		next := *task
		next.Subs = withStage(task, nil, map[string]string{"start": "Running", "stop": "Stopped"}[path[2]])
		if problem := m.change(Command{Op: "task-put", Task: &next}); problem != "" {
			openapiFailure(w, problem)
			return
		}
		w.WriteHeader(http.StatusOK)
	default:
		openapiRefuse(w, "no matching operation was found")
	}
}
