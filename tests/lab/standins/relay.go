package main

import (
	"fmt"
	"strings"
)

func scheduler(code int, message string) string {
	return fmt.Sprintf("[code=%d:class=scheduler:scope=internal:level=medium], Message: %s", code, message)
}

func noSource(id string) string { return scheduler(46008, "source config with ID "+id+" not exists") }
func noWorker(name string) string {
	return scheduler(46004, "dm-worker with name "+name+" not exists")
}

// transferSource gives a source to a free worker, or to one that reads its relay
// log. What is not in a recording is by DM's source.
func (m *master) transferSource(id, name string) string {
	state := m.agreed.view()
	w := state.worker(name)
	if state.source(id) == nil {
		return noSource(id)
	}
	if w == nil {
		return noWorker(name)
	}
	if state.Bound[id] == name {
		return ""
	}
	switch stage, source := state.stage(w); {
	case stage == "offline" || stage == "bound":
		return scheduler(46006, "invalid stage transformation for dm-worker "+name+", from "+stage+" to bound")
	case stage == "relay" && source != id:
		return scheduler(46027, "the worker "+name+" has started relay for source "+source+", which differs from source "+id+" to bound")
	}
	var loading []string
	for i := range state.Tasks {
		task := &state.Tasks[i]
		if sub := task.sub(id); contains(task.Sources, id) && sub.Stage == "Running" && sub.Unit != "Sync" {
			loading = append(loading, task.Name)
		}
	}
	if state.Bound[id] != "" && len(loading) > 0 {
		return scheduler(46033, "tasks ["+strings.Join(loading, " ")+"] on source "+id+" should not be running in other units than sync, please pause them first")
	}
	next := state.clone()
	next.Bound[id], next.LastBound[name] = name, id
	return m.change(Command{Op: "schedule", Bound: next.Bound, Last: next.LastBound})
}

// relay starts or stops reading a source's relay log: on the named workers, or
// of the source itself when none is named.
func (m *master) relay(op, id string, workers []string) string {
	state := m.agreed.view()
	source := state.source(id)
	if source == nil {
		return noSource(id)
	}
	started := state.relayWorkers()[id]
	if len(workers) == 0 {
		if op == "stop" && len(started) > 0 {
			return scheduler(46029, "can't `stop-relay` without worker name when you have specified worker name before, workers: ["+strings.Join(started, " ")+"]")
		}
		next := *source
		next.Relay = op == "start"
		return m.change(Command{Op: "source-put", Source: &next})
	}
	next := map[string]string{}
	for worker, at := range state.Relay {
		next[worker] = at
	}
	for _, worker := range workers {
		if problem := relayProblem(state, op, id, worker); problem != "" {
			return problem
		}
		if op == "start" {
			next[worker] = id
		} else {
			delete(next, worker)
		}
	}
	return m.change(Command{Op: "relay", Relay: next})
}

func relayProblem(state *State, op, id, worker string) string {
	if state.worker(worker) == nil {
		return noWorker("[" + worker + "]")
	}
	if bound := state.sourceOf(worker); op == "start" && bound != "" && bound != id {
		return scheduler(46021, "these workers ["+worker+"] have bound for another sources ["+bound+"] respectively")
	}
	if other := state.Relay[worker]; other != "" && other != id {
		if op == "stop" {
			return scheduler(46022, "these workers ["+worker+"] have started relay for another sources ["+other+"] respectively")
		}
		return scheduler(46020, "these workers ["+worker+"] have started relay for another sources ["+other+"] respectively")
	}
	return ""
}

// readsRelay: the worker holds a source with relay, or was told to read one's log.
func (s *State) readsRelay(worker string) bool {
	source := s.source(s.sourceOf(worker))
	return s.Relay[worker] != "" || source != nil && source.Relay
}

// relayWorkers is what an export writes: source to workers.
func (s *State) relayWorkers() map[string][]string {
	out := map[string][]string{}
	for i := range s.Workers {
		if source := s.Relay[s.Workers[i].Name]; source != "" {
			out[source] = append(out[source], s.Workers[i].Name)
		}
	}
	return out
}
