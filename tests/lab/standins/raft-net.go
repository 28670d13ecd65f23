package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

type keepAlive struct {
	Lease int64
	TTL   float64
}

type peerInfo struct {
	Cluster uint64 `json:",string"`
	Running bool
	State   *State
}

// handler serves the peer port.
func (r *raft) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/raft/vote", func(w http.ResponseWriter, q *http.Request) {
		var question voteQuestion
		if decode(w, q, &question) {
			answerJSON(w, r.onVote(question))
		}
	})
	mux.HandleFunc("/raft/append", func(w http.ResponseWriter, q *http.Request) {
		var message appendMessage
		if decode(w, q, &message) {
			answerJSON(w, r.onAppend(message))
		}
	})
	mux.HandleFunc("/raft/propose", func(w http.ResponseWriter, q *http.Request) {
		var c Command
		if !decode(w, q, &c) {
			return
		}
		answerJSON(w, r.answer(q.Context(), c))
	})
	mux.HandleFunc("/raft/keepalive", func(w http.ResponseWriter, q *http.Request) {
		var k keepAlive
		if decode(w, q, &k) {
			answerJSON(w, r.renewHere(k))
		}
	})
	mux.HandleFunc("/raft/read", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, r.majorityHere()) })
	mux.HandleFunc("/raft/ping", func(w http.ResponseWriter, q *http.Request) {
		var from uint64
		if decode(w, q, &from) {
			answerJSON(w, r.view().member(from) != nil)
		}
	})
	mux.HandleFunc("/raft/hurry", func(w http.ResponseWriter, _ *http.Request) {
		go r.elect(true)
		answerJSON(w, true)
	})
	mux.HandleFunc("/raft/info", func(w http.ResponseWriter, _ *http.Request) {
		state := r.view()
		answerJSON(w, peerInfo{state.ClusterID, state.Rev > 0, state})
	})
	return mux
}

func decode(w http.ResponseWriter, q *http.Request, into interface{}) bool {
	if err := json.NewDecoder(q.Body).Decode(into); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

// pingLoop knows since when each member has been connected.
func (r *raft) pingLoop() {
	for {
		state := r.view()
		for _, m := range r.others(state) {
			go r.ping(m)
		}
		time.Sleep(2 * heartbeat)
	}
}

func (r *raft) ping(m Member) {
	r.mu.Lock()
	p := r.peer(m.ID)
	if p.busy {
		r.mu.Unlock()
		return
	}
	p.busy = true
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), electionMin)
	defer cancel()
	var known bool
	err := r.wire.call(ctx, m.PeerURL+"/raft/ping", r.self, &known)
	r.mu.Lock()
	defer r.mu.Unlock()
	p.busy = false
	if err != nil || !known {
		p.since = time.Time{}
	} else if p.since.IsZero() {
		p.since = time.Now()
	}
}

// connected counts the members that have been connected for the interval at
// which etcd believes in them, this one included.
func (r *raft) connected(state *State) (steady int, everyone bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, m := range state.Members {
		since := r.peer(m.ID).since
		if m.ID == r.self || !since.IsZero() && time.Since(since) >= healthInterval {
			steady++
		}
	}
	return steady, steady == len(state.Members)
}

var errUnhealthy = errors.New("etcdserver: unhealthy cluster")

// mayRemove is etcd's strict check before a member is taken out.
func (r *raft) mayRemove(state *State, id uint64) error {
	r.mu.Lock()
	down := id != r.self && r.peer(id).since.IsZero()
	r.mu.Unlock()
	if down {
		return nil
	}
	if steady, _ := r.connected(state); steady-1 < 1+(len(state.Members)-1)/2 {
		return errUnhealthy
	}
	return nil
}

// majorityHere says whether this member leads and a majority still answers it.
func (r *raft) majorityHere() bool {
	r.mu.Lock()
	state, role := r.newest, r.role
	r.mu.Unlock()
	if role != "leader" {
		return false
	}
	others := r.others(state)
	have, results := 1, make(chan bool, len(others))
	for _, m := range others {
		go func(m Member) {
			ctx, cancel := context.WithTimeout(context.Background(), electionMin/2)
			defer cancel()
			var known bool
			results <- r.wire.call(ctx, m.PeerURL+"/raft/ping", r.self, &known) == nil && known
		}(m)
	}
	for range others {
		if have > len(state.Members)/2 {
			break
		}
		if <-results {
			have++
		}
	}
	return have > len(state.Members)/2
}

// majority is majorityHere, asked of whoever leads.
func (r *raft) majority(ctx context.Context) bool {
	r.mu.Lock()
	state, leader, role := r.committed, r.leader, r.role
	r.mu.Unlock()
	if role == "leader" {
		return r.majorityHere()
	}
	m := state.member(leader)
	if m == nil {
		return false
	}
	var ok bool
	return r.wire.call(ctx, m.PeerURL+"/raft/read", nil, &ok) == nil && ok
}

func (r *raft) renewHere(k keepAlive) proposalAnswer {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.role != "leader" {
		return proposalAnswer{Error: errNoLeader.Error()}
	}
	ttl, ok := r.committed.Leases[k.Lease]
	if !ok {
		return proposalAnswer{Error: "lease not found"}
	}
	r.deadlines[k.Lease] = time.Now().Add(time.Duration(ttl * float64(time.Second)))
	return proposalAnswer{Lease: k.Lease}
}

// renew keeps a lease; found is false when it has ended.
func (r *raft) renew(ctx context.Context, lease int64) (found bool, err error) {
	r.mu.Lock()
	state, leader, role := r.committed, r.leader, r.role
	r.mu.Unlock()
	a := proposalAnswer{Error: errNoLeader.Error()}
	if role == "leader" {
		a = r.renewHere(keepAlive{Lease: lease})
	} else if m := state.member(leader); m != nil {
		if err := r.wire.call(ctx, m.PeerURL+"/raft/keepalive", keepAlive{Lease: lease}, &a); err != nil {
			return false, err
		}
	}
	if a.Error == "lease not found" {
		return false, nil
	}
	if a.Error != "" {
		return false, errors.New(a.Error)
	}
	return true, nil
}

// handOver lets another member lead before this one stops.
func (r *raft) handOver() {
	r.mu.Lock()
	state, role := r.newest, r.role
	r.mu.Unlock()
	if role != "leader" {
		return
	}
	for _, m := range r.others(state) {
		ctx, cancel := context.WithTimeout(context.Background(), electionMin/4)
		err := r.wire.call(ctx, m.PeerURL+"/raft/hurry", nil, nil)
		cancel()
		if err == nil {
			return
		}
	}
}
