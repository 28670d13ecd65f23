package main

import (
	"context"
	"time"
)

// schedule binds sources to online workers: a worker's last source first, then
// whatever is free.
func (m *master) schedule(state *State) {
	bound, last := map[string]string{}, map[string]string{}
	taken := map[string]bool{}
	for worker, source := range state.LastBound {
		last[worker] = source
	}
	for source, name := range state.Bound {
		if w := state.worker(name); w != nil && state.online(w) && state.source(source) != nil {
			bound[source], taken[name] = name, true
		}
	}
	fits := func(w *Worker, source string) bool {
		relay := state.Relay[w.Name]
		return state.online(w) && !taken[w.Name] && (relay == "" || relay == source)
	}
	bind := func(source, worker string) { bound[source], taken[worker], last[worker] = worker, true, source }
	for i := range state.Workers {
		w := &state.Workers[i]
		source := last[w.Name]
		if fits(w, source) && state.source(source) != nil && bound[source] == "" {
			bind(source, w.Name)
		}
	}
	for i := range state.Workers {
		w := &state.Workers[i]
		if source := state.Relay[w.Name]; source != "" && fits(w, source) && state.source(source) != nil && bound[source] == "" {
			bind(source, w.Name)
		}
	}
	for _, source := range state.Sources {
		for i := range state.Workers {
			w := &state.Workers[i]
			if bound[source.ID] == "" && fits(w, source.ID) {
				bind(source.ID, w.Name)
			}
		}
	}
	if sameMap(bound, state.Bound) && sameMap(last, state.LastBound) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, _ = m.agreed.propose(ctx, Command{Op: "schedule", Bound: bound, Last: last})
}

func sameMap(a, b map[string]string) bool {
	if len(a) != len(b) {
		return false
	}
	for key, value := range a {
		if b[key] != value {
			return false
		}
	}
	return true
}
