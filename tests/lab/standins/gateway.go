package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"
	"sync"
	"time"
)

const notLeaderText = "[code=38043:class=dm-master:scope=internal:level=high], Message: master is not leader, and can't forward request to leader"

func plainText(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "text/plain")
	fmt.Fprint(w, body)
}

func gatewayError(w http.ResponseWriter, status, code int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprint(w, render(object{{"code", code}, {"message", message}, {"details", []object{}}}, "  "))
}

func gatewayAnswer(w http.ResponseWriter, message object) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Grpc-Metadata-Content-Type", "application/grpc")
	fmt.Fprint(w, render(message, "  "))
}

// handler serves the API port. Nothing is answered before the first majority.
func (m *master) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/status", func(w http.ResponseWriter, _ *http.Request) { plainText(w, versionText()) })
	mux.HandleFunc("/health", m.health)
	mux.HandleFunc("/metrics", m.metrics)
	mux.HandleFunc("/version", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"etcdserver":"3.5.15","etcdcluster":"3.5.0"}`)
	})
	mux.HandleFunc("/dashboard/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	mux.HandleFunc("/apis/v1alpha1/", m.gateway)
	if m.s["openapi"] == "true" {
		mux.HandleFunc("/api/v1/", m.openapi)
	}
	mux.HandleFunc("/standin/", m.internal)
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		select {
		case <-m.ready:
		case <-q.Context().Done():
			return
		}
		h := w.Header()
		h.Set("Access-Control-Allow-Headers", "accept, content-type, authorization")
		h.Set("Access-Control-Allow-Methods", "POST, GET, OPTIONS, PUT, DELETE")
		h.Set("Access-Control-Allow-Origin", "*")
		mux.ServeHTTP(w, q)
	})
}

func (m *master) health(w http.ResponseWriter, _ *http.Request) {
	reason := ""
	if m.agreed.isRemoved() {
		reason = "RANGE ERROR:etcdserver: server stopped"
	} else if !m.majorityNow() {
		reason = "RAFT NO LEADER"
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if reason != "" {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	fmt.Fprintf(w, `{"health":"%t","reason":"%s"}`, reason == "", reason)
}

func (m *master) metrics(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8; escaping=underscores")
	state := m.agreed.view()
	m.mu.Lock()
	terms := m.terms
	m.mu.Unlock()
	fmt.Fprint(w, "# HELP dm_master_cpu_usage the cpu usage of master\n# TYPE dm_master_cpu_usage gauge\ndm_master_cpu_usage 1\n")
	fmt.Fprintf(w, "# HELP dm_master_start_leader_counter number of this dm-master try to start leader components\n# TYPE dm_master_start_leader_counter counter\ndm_master_start_leader_counter %d\n", terms)
	fmt.Fprint(w, "# HELP dm_master_worker_state state of worker, -1 - unrecognized, 0 - offline, 1 - free, 2 - bound\n# TYPE dm_master_worker_state gauge\n")
	numbers := map[string]int{"offline": 0, "free": 1, "bound": 2, "relay": 2}
	for i := range state.Workers {
		stage, _ := state.stage(&state.Workers[i])
		fmt.Fprintf(w, "dm_master_worker_state{worker=%q} %d\n", state.Workers[i].Name, numbers[stage])
	}
	processMetrics(w, m.started)
}

func processMetrics(w io.Writer, started time.Time) {
	fmt.Fprintf(w, "# HELP process_start_time_seconds Start time of the process since unix epoch in seconds.\n# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds %v\n", float64(started.UnixNano()/1e7)/100)
}

// leaderOr lets the leader run the call and the others pass it on. It answers by
// itself when that can't be.
func (m *master) leaderOr(w http.ResponseWriter, q *http.Request, pause time.Duration, run func()) {
	m.mu.Lock()
	serving, leading := m.serving, m.leading
	m.mu.Unlock()
	if !serving {
		gatewayError(w, http.StatusServiceUnavailable, 14, unavailableText("dial tcp "+m.s["advertise-addr"]+": connect: connection refused"))
		return
	}
	if !leading {
		time.Sleep(pause)
		leading = m.soonLeading()
	}
	if leading {
		for !m.majorityNow() && m.isLeading() {
			select {
			case <-q.Context().Done():
				return
			case <-time.After(heartbeat):
			}
		}
		if m.isLeading() {
			run()
			return
		}
	}
	leader := m.leaderAddr(q.Context())
	if leader == "" || leader == m.s["advertise-addr"] || len(q.Header.Values("Standin-Forwarded")) > 2 {
		gatewayError(w, http.StatusInternalServerError, 2, notLeaderText)
		return
	}
	m.forward(w, q, leader)
}

// soonLeading waits a little where this master is the next leader, or is giving
// the leadership up, and has not noticed yet.
func (m *master) soonLeading() bool {
	for i := 0; i < 5; i++ {
		if m.isLeading() {
			return true
		}
		if state := m.agreed.view(); len(state.Campaigns) == 0 || state.Campaigns[0].Addr != m.s["advertise-addr"] {
			return false
		}
		m.agreed.wait(heartbeat)
	}
	return m.isLeading()
}

// leaderAddr is the first of the queue. A removed master hears of changes from
// the members it still knows.
func (m *master) leaderAddr(ctx context.Context) string {
	state := m.agreed.view()
	if m.agreed.isRemoved() {
		for _, other := range state.Members {
			asked, cancel := context.WithTimeout(ctx, time.Second)
			var info peerInfo
			err := m.wire.call(asked, other.PeerURL+"/peer/info", nil, &info)
			cancel()
			if err == nil {
				state = info.State
				break
			}
		}
	}
	if len(state.Campaigns) == 0 {
		return ""
	}
	return state.Campaigns[0].Addr
}

func unavailableText(cause string) string {
	return `connection error: desc = "transport: Error while dialing: ` + cause + `"`
}

func (m *master) forward(w http.ResponseWriter, q *http.Request, leader string) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return
	}
	request, err := http.NewRequestWithContext(q.Context(), q.Method, m.wire.url(leader)+q.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return
	}
	request.Header.Set("Content-Type", q.Header.Get("Content-Type"))
	request.Header["Standin-Forwarded"] = append(q.Header.Values("Standin-Forwarded"), "1")
	response, err := m.wire.client.Do(request)
	if err != nil {
		gatewayError(w, http.StatusServiceUnavailable, 14, unavailableText(dialText(err)))
		return
	}
	defer response.Body.Close()
	twice := strings.HasPrefix(q.URL.Path, "/api/v1/")
	for key, values := range response.Header {
		if strings.HasPrefix(key, "Access-Control") && !twice || key == "Date" {
			continue
		}
		for _, value := range values {
			w.Header().Add(key, value)
		}
	}
	w.WriteHeader(response.StatusCode)
	_, _ = io.Copy(w, response.Body)
}

func (m *master) gateway(w http.ResponseWriter, q *http.Request) {
	path := strings.Split(strings.TrimPrefix(q.URL.Path, "/apis/v1alpha1/"), "/")
	route := q.Method + " " + path[0]
	lead := func(run func() object) {
		m.leaderOr(w, q, heartbeat, func() { gatewayAnswer(w, run()) })
	}
	body := map[string]interface{}{}
	if q.Method != http.MethodGet && q.Header.Get("Standin-Forwarded") == "" || q.Method == http.MethodPut || q.Method == http.MethodPost {
		raw, _ := io.ReadAll(q.Body)
		_ = json.Unmarshal(raw, &body)
		q.Body = io.NopCloser(bytes.NewReader(raw))
	}
	switch {
	case route == "GET members" && len(path) == 1:
		lead(func() object { return m.listMembers(q.URL.Query()) })
	case route == "DELETE members" && len(path) == 3:
		lead(func() object { return m.offline(path[1], path[2]) })
	case route == "PUT leader" && len(path) == 2:
		m.operateLeader(w, path[1])
	case route == "GET status" && len(path) == 2 && path[1] != "":
		lead(func() object { return m.status(path[1], q.URL.Query()["sources"]) })
	case route == "POST tasks" && len(path) == 1:
		lead(func() object { return m.startTask(text(body["task"])) })
	case route == "PUT tasks" && len(path) == 2:
		lead(func() object { return m.operateTask(path[1], text(body["op"]), strings2(body["sources"])) })
	case route == "PUT sources" && len(path) == 1:
		lead(func() object { return m.operateSource(body) })
	default:
		gatewayError(w, http.StatusNotImplemented, 12, "Not Implemented")
	}
}

func text(value interface{}) string {
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

func truth(values []string) bool { return len(values) > 0 && (values[0] == "true" || values[0] == "1") }

func (m *master) listMembers(query map[string][]string) object {
	leader, masters, workers := truth(query["leader"]), truth(query["master"]), truth(query["worker"])
	if !leader && !masters && !workers {
		leader, masters, workers = true, true, true
	}
	wanted := func(name string) bool { return len(query["names"]) == 0 || contains(query["names"], name) }
	state, parts := m.agreed.view(), []object{}
	if leader {
		parts = append(parts, object{{"leader", object{{"msg", ""}, {"name", m.s["name"]}, {"addr", m.s["advertise-addr"]}}}})
	}
	if masters {
		list := []object{}
		for _, seen := range m.masters(state) {
			if wanted(seen.Name) {
				client := []string{}
				if seen.ClientURL != "" {
					client = append(client, seen.ClientURL)
				}
				list = append(list, object{{"name", seen.Name}, {"memberID", fmt.Sprint(seen.ID)}, {"alive", seen.alive},
					{"peerURLs", []string{seen.PeerURL}}, {"clientURLs", client}})
			}
		}
		parts = append(parts, object{{"master", object{{"msg", ""}, {"masters", list}}}})
	}
	if workers {
		list := []object{}
		for i := range state.Workers {
			w := &state.Workers[i]
			if stage, source := state.stage(w); wanted(w.Name) {
				list = append(list, object{{"name", w.Name}, {"addr", w.Addr}, {"stage", stage}, {"source", source}})
			}
		}
		parts = append(parts, object{{"worker", object{{"msg", ""}, {"workers", list}}}})
	}
	return result(true, "", field{"members", parts})
}

type seenMaster struct {
	Member
	alive bool
}

// masters looks at every member's /health: any answer within 1 s is a life sign.
func (m *master) masters(state *State) []seenMaster {
	out := make([]seenMaster, len(state.Members))
	var all sync.WaitGroup
	for i, member := range state.Members {
		out[i] = seenMaster{member, false}
		if member.ClientURL == "" {
			continue
		}
		all.Add(1)
		go func(seen *seenMaster) {
			defer all.Done()
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, seen.ClientURL+"/health", nil)
			if err != nil {
				return
			}
			if response, err := m.wire.client.Do(request); err == nil {
				response.Body.Close()
				seen.alive = true
			}
		}(&out[i])
	}
	all.Wait()
	sort.SliceStable(out, func(a, b int) bool { return out[a].ID < out[b].ID })
	return out
}

// offline takes a member out. A refused master has lost its place in the queue
// for leadership all the same: that happens first.
func (m *master) offline(kind, name string) object {
	if failure := m.offlineError(kind, name); failure != "" {
		return result(false, failure)
	}
	return result(true, "")
}

func (m *master) offlineError(kind, name string) string {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	state := m.agreed.view()
	command := Command{Op: "worker-delete", Name: name}
	switch kind {
	case "worker":
		w := state.worker(name)
		if w == nil {
			return "[code=46004:class=scheduler:scope=internal:level=medium], Message: dm-worker with name " + name + " not exists"
		}
		if state.online(w) {
			return "[code=46005:class=scheduler:scope=internal:level=medium], Message: dm-worker with name " + name + " is still online, Workaround: Please shut it down first."
		}
	case "master":
		member := state.memberNamed(name)
		if member == nil {
			return "[code=38048:class=dm-master:scope=internal:level=low], Message: dm-master with name " + name + " not exists, Workaround: Please use list-member command to see masters."
		}
		if _, err := m.agreed.propose(ctx, Command{Op: "resign", Name: name}); err != nil {
			return err.Error()
		}
		if err := m.agreed.mayRemove(state, member.ID); err != nil {
			return err.Error()
		}
		command = Command{Op: "member-remove", Member: *member}
	default:
		return "[code=38049:class=dm-master:scope=internal:level=low], Message: offline member type " + kind + " is invalid, Workaround: Please use master/worker."
	}
	if _, err := m.agreed.propose(ctx, command); err != nil {
		return err.Error()
	}
	return ""
}

func (m *master) operateLeader(w http.ResponseWriter, op string) {
	switch op {
	case "1", "EvictLeaderOp":
		m.evict()
	case "2", "CancelEvictLeaderOp":
		m.cancelEvict()
	case "0", "InvalidLeaderOp":
		gatewayAnswer(w, result(false, "operate leader operation is invalid"))
		return
	default:
		gatewayError(w, http.StatusBadRequest, 3, "type mismatch, parameter: op, error: "+op+" is not valid")
		return
	}
	gatewayAnswer(w, result(true, ""))
}

func (m *master) evict() {
	m.mu.Lock()
	m.evicted, m.leading = true, false
	m.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_, _ = m.agreed.propose(ctx, Command{Op: "resign", Name: m.s["name"]})
}

func (m *master) cancelEvict() {
	m.mu.Lock()
	was := m.evicted
	m.evicted = false
	m.mu.Unlock()
	if was {
		go m.campaign()
	}
}
