package main

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// yamlScalars reads the scalars of a small YAML file as dotted keys; items of a
// list share their keys, which come back once per item.
func yamlScalars(text string) map[string][]string {
	out := map[string][]string{}
	type level struct {
		indent int
		key    string
	}
	var path []level
	for _, line := range strings.Split(text, "\n") {
		if hash := strings.Index(line, " #"); hash >= 0 {
			line = line[:hash]
		}
		body := strings.TrimLeft(line, " ")
		if body == "" || body[0] == '#' {
			continue
		}
		indent := len(line) - len(body)
		for strings.HasPrefix(body, "- ") {
			body, indent = body[2:], indent+2
		}
		for len(path) > 0 && path[len(path)-1].indent >= indent {
			path = path[:len(path)-1]
		}
		colon := strings.Index(body, ":")
		if colon < 1 {
			continue
		}
		key, value := strings.Trim(body[:colon], `"'`), strings.Trim(strings.TrimSpace(body[colon+1:]), `"'`)
		path = append(path, level{indent, key})
		var full []string
		for _, l := range path {
			full = append(full, l.key)
		}
		if value != "" {
			joined := strings.Join(full, ".")
			out[joined] = append(out[joined], value)
		}
	}
	return out
}

func first(values []string, fallback string) string {
	if len(values) == 0 {
		return fallback
	}
	return values[0]
}

func parseSource(config string) (*Source, string) {
	y := yamlScalars(config)
	id := first(y["source-id"], "")
	if id == "" {
		return nil, "[code=20011:class=config:scope=internal:level=medium], Message: the source-id is not set"
	}
	port, _ := strconv.Atoi(first(y["from.port"], "3306"))
	return &Source{ID: id, Config: config, Host: first(y["from.host"], ""), Port: port, User: first(y["from.user"], ""),
		Password: first(y["from.password"], ""), Flavor: first(y["flavor"], "mysql"), GTID: first(y["enable-gtid"], "") == "true",
		Relay: first(y["enable-relay"], "") == "true", Enabled: true}, ""
}

func (m *master) change(c Command) string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if _, err := m.agreed.propose(ctx, c); err != nil {
		return err.Error()
	}
	return ""
}

func strings2(value interface{}) []string {
	var out []string
	if list, ok := value.([]interface{}); ok {
		for _, item := range list {
			out = append(out, text(item))
		}
	}
	return out
}

func (m *master) operateSource(body map[string]interface{}) object {
	list := []object{}
	switch text(body["op"]) {
	case "1", "StartSource", "2", "UpdateSource":
		for _, config := range strings2(body["config"]) {
			source, problem := parseSource(config)
			if problem != "" {
				return result(false, problem, field{"sources", list})
			}
			if m.agreed.view().source(source.ID) != nil && text(body["op"]) == "1" {
				return result(false, "[code=46007:class=scheduler:scope=internal:level=medium], Message: source config with ID "+source.ID+" already exists", field{"sources", list})
			}
			list = append(list, m.addSource(source))
		}
	case "3", "StopSource":
		ids := strings2(body["sourceID"])
		for _, config := range strings2(body["config"]) {
			ids = append(ids, first(yamlScalars(config)["source-id"], ""))
		}
		for _, id := range ids {
			if problem := m.removeSource(id); problem != "" {
				return result(false, problem, field{"sources", list})
			}
			list = append(list, result(true, "", field{"source", id}, field{"worker", ""}))
		}
	case "4", "ShowSource":
		state := m.agreed.view()
		for _, source := range state.Sources {
			list = append(list, sourceResult(state, source.ID))
		}
	default:
		return result(false, "operate source operation is invalid", field{"sources", list})
	}
	return result(true, "", field{"sources", list})
}

func (m *master) removeSource(id string) string {
	state := m.agreed.view()
	if state.source(id) == nil {
		return "[code=46008:class=scheduler:scope=internal:level=medium], Message: source config with ID " + id + " not exists"
	}
	return m.change(Command{Op: "source-delete", Name: id})
}

func sourceResult(state *State, id string) object {
	msg := ""
	if state.Bound[id] == "" {
		msg = "source is added but there is no free worker to bound"
	}
	return result(true, msg, field{"source", id}, field{"worker", state.Bound[id]})
}

// addSource answers when the source is bound, or can't be.
func (m *master) addSource(source *Source) object {
	if problem := m.change(Command{Op: "source-put", Source: source}); problem != "" {
		return result(false, problem, field{"source", source.ID}, field{"worker", ""})
	}
	m.schedule(m.agreed.view())
	return sourceResult(m.agreed.view(), source.ID)
}

func (m *master) startTask(config string) object {
	y, list := yamlScalars(config), []object{}
	name := first(y["name"], "")
	task := &Task{Name: name, Config: config, Stage: "Running", Mode: first(y["task-mode"], "all"), Sources: y["mysql-instances.source-id"]}
	if name == "" || len(task.Sources) == 0 {
		return result(false, "[code=20014:class=config:scope=internal:level=high], Message: task name or mysql-instances is empty", field{"sources", list}, field{"checkResult", ""})
	}
	state := m.agreed.view()
	if state.task(name) != nil {
		return result(false, scheduler(46014, "subtasks with name "+name+" for sources ["+strings.Join(task.Sources, " ")+"] already exist"), field{"sources", list}, field{"checkResult", ""})
	}
	for _, id := range task.Sources {
		if state.source(id) == nil {
			return result(false, "[code=46008:class=scheduler:scope=internal:level=medium], Message: source config with ID "+id+" not exists", field{"sources", list}, field{"checkResult", ""})
		}
		list = append(list, result(true, "", field{"source", id}, field{"worker", state.Bound[id]}))
	}
	if problem := m.change(Command{Op: "task-put", Task: task}); problem != "" {
		return result(false, problem, field{"sources", []object{}}, field{"checkResult", ""})
	}
	return result(true, "", field{"sources", list}, field{"checkResult", ""})
}

func (m *master) operateTask(name, op string, sources []string) object {
	state := m.agreed.view()
	task := state.task(name)
	if task == nil {
		return result(false, "task "+name+" has no source or not exist, please check the task name and status", field{"sources", []object{}})
	}
	next := *task
	command := Command{Op: "task-put", Task: &next}
	switch op {
	case "1", "Stop", "7", "Delete":
		command = Command{Op: "task-delete", Name: name}
	case "2", "Pause":
		next.Subs = withStage(task, sources, "Paused")
	case "3", "Resume":
		next.Subs = withStage(task, sources, "Running")
	default:
		return result(false, "[code=38004:class=dm-master:scope=internal:level=medium], Message: invalid operate "+op+" on sub task", field{"sources", []object{}})
	}
	if problem := m.change(command); problem != "" {
		return result(false, problem, field{"sources", []object{}})
	}
	list := []object{}
	for _, id := range task.Sources {
		if len(sources) == 0 || contains(sources, id) {
			list = append(list, result(true, "", field{"source", id}, field{"worker", state.Bound[id]}))
		}
	}
	return result(true, "", field{"op", op}, field{"sources", list})
}

type registration struct {
	Name, Addr    string
	Lease         int64
	TTL, RelayTTL float64
}

// internal serves what the real programs say to each other by gRPC or etcd.
func (m *master) internal(w http.ResponseWriter, q *http.Request) {
	ctx, cancel := context.WithTimeout(q.Context(), 10*time.Second)
	defer cancel()
	switch strings.TrimPrefix(q.URL.Path, "/standin/") {
	case "state":
		answerJSON(w, m.agreed.view())
	case "member-add":
		m.addMember(ctx, w, q)
	case "register":
		m.leaderOr(w, q, 0, func() { m.register(w, q) })
	case "keepalive":
		m.keepWorker(ctx, w, q)
	case "revoke":
		var r registration
		if decode(w, q, &r) {
			_, err := m.agreed.propose(ctx, Command{Op: "revoke", Lease: r.Lease})
			answerJSON(w, err == nil)
		}
	case "evict":
		m.leaderOr(w, q, heartbeat, func() { m.evict(); gatewayAnswer(w, result(true, "")) })
	case "cancel-evict":
		m.leaderOr(w, q, heartbeat, func() { m.cancelEvict(); gatewayAnswer(w, result(true, "")) })
	default:
		m.control(w, q)
	}
}

func (m *master) addMember(ctx context.Context, w http.ResponseWriter, q *http.Request) {
	var member Member
	if !decode(w, q, &member) {
		return
	}
	if _, all := m.agreed.connected(m.agreed.view()); !all {
		http.Error(w, errUnhealthy.Error(), http.StatusPreconditionFailed)
		return
	}
	if _, err := m.agreed.propose(ctx, Command{Op: "member-add", Member: member}); err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	state := m.agreed.view()
	for state.member(member.ID) == nil && ctx.Err() == nil {
		m.agreed.wait(heartbeat)
		state = m.agreed.view()
	}
	answerJSON(w, state)
}

func (m *master) register(w http.ResponseWriter, q *http.Request) {
	var r registration
	if !decode(w, q, &r) {
		return
	}
	if old := m.agreed.view().worker(r.Name); old != nil && old.Addr != r.Addr {
		http.Error(w, fmt.Sprintf(`[code=46003:class=scheduler:scope=internal:level=medium], Message: dm-worker with name {"name":%q,"addr":%q} already exists`, old.Name, old.Addr), http.StatusConflict)
		return
	}
	if problem := m.change(Command{Op: "worker-put", Name: r.Name, Addr: r.Addr}); problem != "" {
		http.Error(w, problem, http.StatusServiceUnavailable)
		return
	}
	answerJSON(w, true)
}

type keepAnswer struct {
	Lease   int64
	TTL     float64
	Masters []string
}

// keepWorker renews a worker's lease, or gives it one; a worker that reads relay
// log gets the long one.
func (m *master) keepWorker(ctx context.Context, w http.ResponseWriter, q *http.Request) {
	var r registration
	if !decode(w, q, &r) {
		return
	}
	state := m.agreed.view()
	ttl := r.TTL
	if state.readsRelay(r.Name) {
		ttl = r.RelayTTL
	}
	a := keepAnswer{Lease: r.Lease, TTL: ttl}
	found, err := false, error(nil)
	if r.Lease != 0 && state.Leases[r.Lease] == ttl {
		found, err = m.agreed.renew(ctx, r.Lease)
	}
	if err == nil && !found {
		if a.Lease, err = m.agreed.propose(ctx, Command{Op: "grant", TTL: ttl}); err == nil {
			_, err = m.agreed.propose(ctx, Command{Op: "worker-put", Name: r.Name, Lease: a.Lease})
		}
		if err == nil && r.Lease != 0 {
			_, err = m.agreed.propose(ctx, Command{Op: "revoke", Lease: r.Lease})
		}
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	for _, member := range state.Members {
		if member.ClientURL != "" {
			a.Masters = append(a.Masters, member.ClientURL)
		}
	}
	answerJSON(w, a)
}
