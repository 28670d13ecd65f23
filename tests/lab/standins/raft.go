package main

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	heartbeat   = 100 * time.Millisecond
	electionMin = 1000 * time.Millisecond
)

type peer struct {
	since     time.Time // connected since; zero: not connected
	acked     time.Time // last answer to an append
	term, rev uint64    // what it holds
	busy      bool
}

// raft keeps one State the same on a majority of the members.
type raft struct {
	wire *wire
	log  *logger
	dir  string
	self uint64

	mu        sync.Mutex
	term      uint64
	votedFor  uint64
	leader    uint64 // 0: none known
	role      string // follower, candidate, leader
	heard     time.Time
	patience  time.Duration
	newest    *State // may not be on a majority yet
	committed *State
	peers     map[uint64]*peer
	deadlines map[int64]time.Time
	removed   bool
	mismatch  bool
	changed   chan struct{}
	proposing sync.Mutex
}

type saved struct {
	Self     uint64 `json:",string"`
	Term     uint64
	VotedFor uint64 `json:",string"`
	State    *State
}

func newRaft(w *wire, log *logger, dir string, self uint64, state *State) *raft {
	return &raft{wire: w, log: log, dir: dir, self: self, role: "follower", heard: time.Now(), patience: patience(),
		newest: state, committed: state, peers: map[uint64]*peer{}, deadlines: map[int64]time.Time{}, changed: make(chan struct{})}
}

func patience() time.Duration {
	return electionMin + time.Duration(rand.Int63n(int64(electionMin/2)))
}

func loadRaft(w *wire, log *logger, dir string) (*raft, error) {
	text, err := os.ReadFile(filepath.Join(dir, "member", "state.json"))
	if err != nil {
		return nil, err
	}
	var s saved
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, err
	}
	r := newRaft(w, log, dir, s.Self, s.State)
	r.term, r.votedFor = s.Term, s.VotedFor
	return r, nil
}

// save needs the lock. A master that can't write its disk must not go on.
func (r *raft) save() {
	text, err := json.Marshal(saved{r.self, r.term, r.votedFor, r.newest})
	if err == nil {
		dir := filepath.Join(r.dir, "member")
		if err = os.MkdirAll(dir, 0o700); err == nil {
			if err = os.WriteFile(filepath.Join(dir, "state.tmp"), text, 0o600); err == nil {
				err = os.Rename(filepath.Join(dir, "state.tmp"), filepath.Join(dir, "state.json"))
			}
		}
	}
	if err != nil {
		r.log.write("FATAL", "", "failed to write the data dir", "error", err.Error())
		os.Exit(1)
	}
}

// commit needs the lock.
func (r *raft) commit(state *State) {
	if r.committed == state {
		return
	}
	r.committed = state
	if state.wasRemoved(r.self) {
		r.becomeRemoved()
	}
	close(r.changed)
	r.changed = make(chan struct{})
}

// becomeRemoved needs the lock.
func (r *raft) becomeRemoved() {
	if !r.removed {
		r.removed, r.role, r.leader = true, "follower", 0
		r.log.write("WARN", "", "server error", "component", "embed etcd", "error", "the member has been permanently removed from the cluster")
		r.log.write("WARN", "", "data-dir used by this member must be removed", "component", "embed etcd")
	}
}

func (r *raft) view() *State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.committed
}

func (r *raft) isRemoved() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.removed
}

func (r *raft) hasLeader() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.leader != 0
}

func (r *raft) wait(d time.Duration) {
	r.mu.Lock()
	changed := r.changed
	r.mu.Unlock()
	select {
	case <-changed:
	case <-time.After(d):
	}
}

func (r *raft) run() {
	r.mu.Lock()
	r.save()
	r.mu.Unlock()
	go r.pingLoop()
	for {
		time.Sleep(heartbeat / 2)
		r.mu.Lock()
		removed, role, quiet := r.removed, r.role, time.Since(r.heard)
		waited := quiet > r.patience
		r.mu.Unlock()
		switch {
		case removed:
		case role == "leader":
			r.lead()
		case waited:
			r.elect(false)
		}
	}
}

func (r *raft) others(state *State) []Member {
	var out []Member
	for _, m := range state.Members {
		if m.ID != r.self {
			out = append(out, m)
		}
	}
	return out
}

func (r *raft) peer(id uint64) *peer {
	if r.peers[id] == nil {
		r.peers[id] = &peer{}
	}
	return r.peers[id]
}

// lead sends heartbeats, steps down without a majority, and ends leases.
func (r *raft) lead() {
	r.mu.Lock()
	state, alive := r.newest, 0
	for _, m := range state.Members {
		if m.ID == r.self || time.Since(r.peer(m.ID).acked) < electionMin {
			alive++
		}
	}
	if alive <= len(state.Members)/2 {
		r.role, r.leader, r.heard, r.patience = "follower", 0, time.Now(), patience()
		r.mu.Unlock()
		return
	}
	var expired []int64
	for lease, ttl := range r.committed.Leases {
		deadline, ok := r.deadlines[lease]
		if !ok {
			r.deadlines[lease] = time.Now().Add(time.Duration(ttl * float64(time.Second)))
		} else if time.Now().After(deadline) {
			expired = append(expired, lease)
		}
	}
	r.mu.Unlock()
	for _, m := range r.others(state) {
		go r.send(m)
	}
	for _, lease := range expired {
		go func(lease int64) { _, _ = r.proposeHere(context.Background(), Command{Op: "revoke", Lease: lease}) }(lease)
	}
}

type voteQuestion struct {
	Cluster, From, Term, StateTerm, Rev uint64
	Pre, Force                          bool
}
type voteAnswer struct {
	Granted, Removed, Mismatch bool
	Term                       uint64
}

// elect asks for votes, first without obligation so that a lone member does not
// disturb a cluster that has a leader.
func (r *raft) elect(force bool) {
	for _, pre := range []bool{true, false} {
		r.mu.Lock()
		r.heard, r.patience = time.Now(), patience()
		if r.role == "leader" || r.removed {
			r.mu.Unlock()
			return
		}
		term := r.term + 1
		r.leader = 0 // not heard of for too long: others may have this vote
		if !pre {
			r.term, r.votedFor, r.leader, r.role = term, r.self, 0, "candidate"
			r.save()
		}
		state := r.newest
		question := voteQuestion{state.ClusterID, r.self, term, state.Term, state.Rev, pre, force}
		r.mu.Unlock()
		if !r.collect(state, question) {
			return
		}
	}
	r.mu.Lock()
	r.role, r.leader = "leader", r.self
	r.deadlines = map[int64]time.Time{}
	for _, p := range r.peers {
		p.acked, p.term, p.rev = time.Now(), 0, 0
	}
	r.mu.Unlock()
	// Only a change of its own term settles what earlier leaders left open.
	_, _ = r.proposeHere(context.Background(), Command{Op: "settle"})
}

func (r *raft) collect(state *State, question voteQuestion) bool {
	others := r.others(state)
	answers := make(chan voteAnswer, len(others))
	for _, m := range others {
		go func(m Member) {
			ctx, cancel := context.WithTimeout(context.Background(), electionMin/2)
			defer cancel()
			var a voteAnswer
			_ = r.wire.call(ctx, m.PeerURL+"/raft/vote", question, &a)
			answers <- a
		}(m)
	}
	votes := 1
	for range others {
		if votes > len(state.Members)/2 {
			break
		}
		a := <-answers
		r.mu.Lock()
		if a.Removed {
			r.becomeRemoved()
		}
		if a.Mismatch {
			r.log.write("ERROR", "", "request cluster ID mismatch", "component", "embed etcd", "error", "cluster ID mismatch")
		}
		if a.Term > r.term && !question.Pre {
			r.term, r.role = a.Term, "follower"
			r.save()
		}
		r.mu.Unlock()
		if a.Granted {
			votes++
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return votes > len(state.Members)/2 && !r.removed && (question.Pre || r.role == "candidate" && r.term == question.Term)
}

func (r *raft) onVote(q voteQuestion) voteAnswer {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case q.Cluster != r.newest.ClusterID:
		return voteAnswer{Mismatch: true}
	case r.committed.wasRemoved(q.From):
		return voteAnswer{Removed: true}
	case r.removed, q.Term < r.term:
		return voteAnswer{Term: r.term}
	case !q.Force && r.leader != 0 && time.Since(r.heard) < electionMin && r.role != "leader", !q.Force && r.role == "leader":
		return voteAnswer{Term: r.term}
	case q.StateTerm < r.newest.Term, q.StateTerm == r.newest.Term && q.Rev < r.newest.Rev:
		return voteAnswer{Term: r.term}
	case q.Pre:
		return voteAnswer{Granted: true}
	case q.Term == r.term && r.votedFor != 0 && r.votedFor != q.From:
		return voteAnswer{Term: r.term}
	}
	r.term, r.votedFor, r.role, r.leader, r.heard = q.Term, q.From, "follower", 0, time.Now()
	r.save()
	return voteAnswer{Granted: true, Term: r.term}
}

type appendMessage struct {
	Cluster, From, Term, StateTerm, Rev, CommitTerm, CommitRev uint64
	State                                                      *State
}
type appendAnswer struct {
	OK, Removed bool
	Term        uint64
	StateTerm   uint64
	Rev         uint64
}

// send brings one member up to date and tells whether it is.
func (r *raft) send(m Member) bool {
	r.mu.Lock()
	if r.role != "leader" {
		r.mu.Unlock()
		return false
	}
	p, state := r.peer(m.ID), r.newest
	message := appendMessage{state.ClusterID, r.self, r.term, state.Term, state.Rev, r.committed.Term, r.committed.Rev, nil}
	if p.term != state.Term || p.rev != state.Rev {
		message.State = state
	}
	r.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), electionMin)
	defer cancel()
	var a appendAnswer
	err := r.wire.call(ctx, m.PeerURL+"/raft/append", message, &a)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		return false
	}
	if a.Term > r.term {
		r.term, r.role, r.leader = a.Term, "follower", 0
		r.save()
		return false
	}
	p.term, p.rev = a.StateTerm, a.Rev
	if a.OK {
		p.acked = time.Now()
	}
	return a.OK && a.StateTerm == state.Term && a.Rev == state.Rev
}

func (r *raft) onAppend(a appendMessage) appendAnswer {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a.Cluster != r.newest.ClusterID || a.Term < r.term || r.removed {
		return appendAnswer{Term: r.term, StateTerm: r.newest.Term, Rev: r.newest.Rev}
	}
	if a.Term > r.term {
		r.term, r.votedFor = a.Term, 0
	}
	r.role, r.leader, r.heard = "follower", a.From, time.Now()
	if a.State != nil && (a.State.Term > r.newest.Term || a.State.Rev != r.newest.Rev) {
		r.newest = a.State
		r.save()
	}
	if r.newest.Term == a.CommitTerm && r.newest.Rev == a.CommitRev && (r.committed.Term != a.CommitTerm || r.committed.Rev != a.CommitRev) {
		r.commit(r.newest)
	}
	return appendAnswer{OK: true, Term: r.term, StateTerm: r.newest.Term, Rev: r.newest.Rev}
}

type proposalAnswer struct {
	Lease int64
	Rev   uint64
	Error string
}

var errNoLeader = errors.New("etcdserver: no leader")

// propose changes the state by the raft leader, here or elsewhere. It tries
// until there is a leader or the context ends, and returns when this member
// sees the change too.
func (r *raft) propose(ctx context.Context, c Command) (int64, error) {
	for {
		a, err := r.proposeOnce(ctx, c)
		if err == nil && a.Error != "" && a.Error != errNoLeader.Error() {
			return 0, errors.New(a.Error)
		}
		if err == nil && a.Error == "" {
			for r.view().Rev < a.Rev && ctx.Err() == nil && !r.isRemoved() {
				r.wait(heartbeat)
			}
			return a.Lease, nil
		}
		select {
		case <-ctx.Done():
			return 0, errNoLeader
		case <-time.After(heartbeat / 2):
		}
		if r.isRemoved() {
			return 0, errNoLeader
		}
	}
}

func (r *raft) proposeOnce(ctx context.Context, c Command) (proposalAnswer, error) {
	r.mu.Lock()
	state, leader, role := r.committed, r.leader, r.role
	r.mu.Unlock()
	if role == "leader" {
		return r.answer(ctx, c), nil
	}
	m := state.member(leader)
	if leader == 0 || m == nil {
		return proposalAnswer{}, errNoLeader
	}
	var a proposalAnswer
	err := r.wire.call(ctx, m.PeerURL+"/raft/propose", c, &a)
	return a, err
}

func (r *raft) answer(ctx context.Context, c Command) proposalAnswer {
	lease, err := r.proposeHere(ctx, c)
	if err != nil {
		return proposalAnswer{Error: err.Error()}
	}
	return proposalAnswer{Lease: lease, Rev: r.view().Rev}
}

func (r *raft) proposeHere(ctx context.Context, c Command) (int64, error) {
	r.proposing.Lock()
	defer r.proposing.Unlock()
	r.mu.Lock()
	if r.role != "leader" {
		r.mu.Unlock()
		return 0, errNoLeader
	}
	next, term := r.newest.clone(), r.term
	before := r.newest
	r.mu.Unlock()
	var lease int64
	if c.Op != "settle" {
		var err error
		if lease, err = next.apply(c); err == errUnchanged {
			next = before
		} else if err != nil {
			return 0, err
		}
	}
	r.mu.Lock()
	if r.role != "leader" || r.term != term {
		r.mu.Unlock()
		return 0, errNoLeader
	}
	if next != before {
		next.Term, next.Rev = term, before.Rev+1
		r.newest = next
		r.save()
	}
	r.mu.Unlock()
	if !r.settle(ctx, before, next) {
		return 0, errNoLeader
	}
	return lease, nil
}

// settle returns when a majority has the state.
func (r *raft) settle(ctx context.Context, before, next *State) bool {
	for {
		others := r.others(next)
		have, results := 0, make(chan bool, len(others))
		if next.member(r.self) != nil {
			have = 1
		}
		for _, m := range others {
			go func(m Member) { results <- r.send(m) }(m)
		}
		for range others {
			if have > len(next.Members)/2 {
				break
			}
			if <-results {
				have++
			}
		}
		r.mu.Lock()
		if r.role != "leader" || ctx.Err() != nil {
			r.mu.Unlock()
			return false
		}
		if have > len(next.Members)/2 {
			r.commit(next)
			r.mu.Unlock()
			r.announce(before)
			return true
		}
		r.mu.Unlock()
		time.Sleep(heartbeat / 2)
	}
}

// announce tells the members at once that the state is settled, those that were
// just removed among them.
func (r *raft) announce(before *State) {
	for _, m := range r.others(before) {
		go r.send(m)
	}
}
