package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Lock is a shard DDL lock that is open; a test makes them.
type Lock struct {
	ID       string   `json:"id"`
	Task     string   `json:"task"`
	Mode     string   `json:"mode"`
	Owner    string   `json:"owner"`
	DDLs     []string `json:"ddls"`
	Synced   []string `json:"synced"`
	Unsynced []string `json:"unsynced"`
}

func (t *Task) sub(source string) Subtask {
	sub := t.Subs[source]
	if sub.Stage == "" {
		sub.Stage = t.Stage
	}
	if sub.Unit == "" {
		sub.Unit = "Sync"
	}
	return sub
}

// status is query-status in full: of one task, or of all; of some sources, or of
// all that are bound. It asks nothing of a worker but whether its port answers.
func (m *master) status(name string, sources []string) object {
	state := m.agreed.view()
	task := state.task(name)
	if name != "" && task == nil {
		return result(false, "task "+name+" has no source or not exist", field{"sources", []object{}})
	}
	ids := sources
	if len(ids) == 0 && task != nil {
		ids = task.Sources
	}
	if len(ids) == 0 {
		for _, source := range state.Sources {
			if state.Bound[source.ID] != "" {
				ids = append(ids, source.ID)
			}
		}
	}
	list := []object{}
	for _, id := range ids {
		list = append(list, sourceStatus(state, id, name))
	}
	return result(true, "", field{"sources", list})
}

func sourceStatus(state *State, id, name string) object {
	worker := state.Bound[id]
	head := func(relay interface{}) field {
		return field{"sourceStatus", object{{"source", id}, {"worker", worker}, {"result", nil}, {"relayStatus", relay}}}
	}
	none := field{"subTaskStatus", []object{}}
	w := state.worker(worker)
	if w == nil {
		return result(false, "[code=38015:class=dm-master:scope=internal:level=high], Message: source "+id+" relevant worker-client not found", head(nil), none)
	}
	connection, err := net.DialTimeout("tcp", w.Addr, time.Second)
	if err != nil {
		return result(false, "[code=38008:class=dm-master:scope=internal:level=high], Message: grpc request error, RawCause: rpc error: code = Unavailable desc = "+unavailableText(dialText(err)), head(nil), none)
	}
	connection.Close()
	list := []object{}
	for i := range state.Tasks {
		if task := &state.Tasks[i]; (name == "" || task.Name == name) && contains(task.Sources, id) {
			list = append(list, subTask(task, id))
		}
	}
	msg := ""
	if len(list) == 0 {
		msg = "no sub task started"
	}
	var relay interface{}
	if state.readsRelay(worker) {
		relay = object{{"masterBinlog", "(mysql-bin.000001, 4)"}, {"masterBinlogGtid", ""}, {"relaySubDir", "standin.000001"},
			{"relayBinlog", "(mysql-bin.000001, 4)"}, {"relayBinlogGtid", ""}, {"relayCatchUpMaster", true}, {"stage", "Running"}, {"result", nil}}
	}
	return result(true, msg, head(relay), field{"subTaskStatus", list})
}

func subTask(task *Task, source string) object {
	sub := task.sub(source)
	var failed interface{}
	if sub.Errors != nil {
		failed = object{{"isCanceled", false}, {"errors", sub.Errors}, {"detail", nil}}
	} else if sub.Error != "" {
		failed = object{{"isCanceled", false}, {"errors", []object{{{"ErrCode", 36001}, {"ErrClass", "sync-unit"}, {"ErrScope", "internal"},
			{"ErrLevel", "high"}, {"Message", ""}, {"RawCause", sub.Error}, {"Workaround", ""}}}}, {"detail", nil}}
	}
	out := object{{"name", task.Name}, {"stage", sub.Stage}, {"unit", sub.Unit}, {"result", failed}, {"unresolvedDDLLockID", sub.Lock}}
	if key, detail := unitDetail(sub); key != "" {
		out = append(out, field{key, detail})
	}
	return append(out, field{"validation", nil})
}

func unitDetail(sub Subtask) (string, interface{}) {
	keys := map[string]string{"Sync": "sync", "Load": "load", "Dump": "dump"}
	if sub.Detail != nil {
		return keys[sub.Unit], sub.Detail
	}
	switch sub.Unit {
	case "Sync":
		return "sync", object{{"totalEvents", "0"}, {"totalTps", "0"}, {"recentTps", "0"}, {"masterBinlog", "(mysql-bin.000001, 4)"},
			{"masterBinlogGtid", ""}, {"syncerBinlog", "(mysql-bin.000001, 4)"}, {"syncerBinlogGtid", ""}, {"blockingDDLs", []string{}},
			{"unresolvedGroups", []string{}}, {"synced", sub.Lag == 0}, {"binlogType", "remote"}, {"secondsBehindMaster", fmt.Sprintf("%.0f", sub.Lag)},
			{"blockDDLOwner", ""}, {"conflictMsg", ""}, {"totalRows", "0"}, {"totalRps", "0"}, {"recentRps", "0"},
			{"ioTotalBytes", "0"}, {"dumpIOTotalBytes", "0"}}
	case "Load":
		return "load", object{{"finishedBytes", "0"}, {"totalBytes", "0"}, {"progress", "0.00 %"}, {"metaBinlog", ""}, {"metaBinlogGTID", ""}, {"bps", "0"}}
	case "Dump":
		return "dump", object{{"totalTables", "1"}, {"completedTables", 0}, {"finishedBytes", 0}, {"finishedRows", 0},
			{"estimateTotalRows", 0}, {"bps", "0"}, {"progress", ""}}
	}
	return "", nil
}

// taskList is dmctl's summary of query-status.
func (m *master) taskList() object {
	list, state := []object{}, m.agreed.view()
	for i := range state.Tasks {
		task := &state.Tasks[i]
		list = append(list, object{{"taskName", task.Name}, {"taskStatus", summary(task)}, {"sources", task.Sources}})
	}
	return result(true, "", field{"tasks", list})
}

func summary(task *Task) string {
	seen := map[string]bool{}
	for _, source := range task.Sources {
		sub := task.sub(source)
		if sub.Stage == "Paused" && (sub.Error != "" || sub.Errors != nil) {
			return "Error - Some error occurred in subtask. Please run `query-status " + task.Name + "` to get more details."
		}
		seen[sub.Stage] = true
	}
	if seen["Paused"] || len(seen) != 1 {
		if seen["Paused"] {
			return "Paused"
		}
		return "Running"
	}
	for stage := range seen {
		return stage
	}
	return "Running"
}

// withStage gives some of a task's sources, or all, another stage. A task that is
// resumed has no error any more.
func withStage(task *Task, sources []string, stage string) map[string]Subtask {
	next := map[string]Subtask{}
	for _, source := range task.Sources {
		sub := task.sub(source)
		if len(sources) == 0 || contains(sources, source) {
			sub.Stage = stage
			if stage == "Running" {
				sub.Error, sub.Errors = "", nil
			}
		}
		next[source] = sub
	}
	return next
}

func (m *master) locks(task string) object {
	list := []object{}
	for _, lock := range m.agreed.view().Locks {
		if task == "" || lock.Task == task {
			list = append(list, object{{"ID", lock.ID}, {"task", lock.Task}, {"mode", lock.Mode}, {"owner", lock.Owner},
				{"DDLs", lock.DDLs}, {"synced", lock.Synced}, {"unsynced", lock.Unsynced}})
		}
	}
	msg := ""
	if len(list) == 0 {
		msg = "no DDL lock exists"
	}
	return result(true, msg, field{"locks", list})
}

func (m *master) unlock(id string) string {
	kept, locks := []Lock{}, m.agreed.view().Locks
	for _, lock := range locks {
		if lock.ID != id {
			kept = append(kept, lock)
		}
	}
	if len(kept) == len(locks) {
		return "[code=38013:class=dm-master:scope=internal:level=high], Message: lock with ID " + id + " not found"
	}
	return m.change(Command{Op: "locks", Locks: kept})
}

// knobs is what a test may set of a subtask, at any master.
type knobs struct {
	Task    string          `json:"task"`
	Source  string          `json:"source"` // all of the task's when empty
	Stage   *string         `json:"stage"`
	Unit    *string         `json:"unit"`
	Error   *string         `json:"error"`
	DDLLock *string         `json:"ddlLock"`
	Lag     *float64        `json:"lagS"`
	Detail  json.RawMessage `json:"detail"` // of the unit: replaces load, sync or dump
	Errors  json.RawMessage `json:"errors"` // replaces the list of errors
}

func (m *master) setSubtask(k knobs) int {
	task := m.agreed.view().task(k.Task)
	if task == nil {
		return 0
	}
	next, count := *task, 0
	next.Subs = map[string]Subtask{}
	for _, source := range task.Sources {
		sub := task.sub(source)
		if k.Source == "" || k.Source == source {
			count++
			for _, pair := range []struct{ from, to *string }{{k.Stage, &sub.Stage}, {k.Unit, &sub.Unit}, {k.Error, &sub.Error}, {k.DDLLock, &sub.Lock}} {
				if pair.from != nil {
					*pair.to = *pair.from
				}
			}
			if k.Lag != nil {
				sub.Lag = *k.Lag
			}
			sub.Detail, sub.Errors = k.Detail, k.Errors
		}
		next.Subs[source] = sub
	}
	if m.change(Command{Op: "task-put", Task: &next}) != "" {
		return 0
	}
	return count
}

// control serves dmctl, where the real one speaks gRPC, and the knobs of tests.
func (m *master) control(w http.ResponseWriter, q *http.Request) {
	query := q.URL.Query()
	answer := func(run func() object) {
		m.leaderOr(w, q, heartbeat, func() { gatewayAnswer(w, run()) })
	}
	verdict := func(run func() string) {
		answer(func() object { problem := run(); return result(problem == "", problem) })
	}
	switch q.URL.Path[len("/standin/"):] {
	case "tasks":
		answer(m.taskList)
	case "status":
		answer(func() object { return m.status(query.Get("task"), query["source"]) })
	case "transfer":
		verdict(func() string { return m.transferSource(query.Get("source"), query.Get("worker")) })
	case "relay":
		verdict(func() string { return m.relay(query.Get("op"), query.Get("source"), query["worker"]) })
	case "ddl-locks":
		answer(func() object { return m.locks(query.Get("task")) })
	case "unlock":
		verdict(func() string { return m.unlock(query.Get("id")) })
	case "config":
		answer(func() object { return m.config(query.Get("of"), query.Get("name")) })
	case "subtask":
		m.leaderOr(w, q, 0, func() {
			var k knobs
			if decode(w, q, &k) {
				answerJSON(w, map[string]int{"changed": m.setSubtask(k)})
			}
		})
	case "locks":
		m.leaderOr(w, q, 0, func() {
			var body struct {
				Locks []Lock `json:"locks"`
			}
			if decode(w, q, &body) {
				problem := m.change(Command{Op: "locks", Locks: body.Locks})
				gatewayAnswer(w, result(problem == "", problem))
			}
		})
	default:
		http.NotFound(w, q)
	}
}

func (m *master) config(of, name string) object {
	state, text := m.agreed.view(), ""
	if source := state.source(name); of == "source" && source != nil {
		text = source.Config
	} else if task := state.task(name); of == "task" && task != nil {
		text = task.Config
	}
	if text == "" {
		return result(false, of+" "+name+" not found", field{"cfg", ""})
	}
	return result(true, "", field{"cfg", text})
}
