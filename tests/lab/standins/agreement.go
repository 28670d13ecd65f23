package main

import (
	"context"
	"errors"
	"math/rand"
	"sync"
	"time"
)

const (
	heartbeat   = 100 * time.Millisecond
	callTimeout = 2 * time.Second
)

var (
	errNoLeader  = errors.New("etcdserver: no leader")
	errUnhealthy = errors.New("etcdserver: unhealthy cluster")
	errNoLease   = errors.New("etcdserver: requested lease not found")
)

// ballot orders the attempts to change the state; the zero ballot is the start.
type ballot struct{ N, By uint64 }

func (b ballot) less(other ballot) bool { return b.N < other.N || b.N == other.N && b.By < other.By }

type value struct {
	Ballot ballot
	State  *State
}

type peer struct {
	since   time.Time // connected since; zero: not connected
	started int64     // tells a restarted process from the one before
}

type beat struct {
	count uint64
	at    time.Time
}

// agreement keeps one State the same on a majority of the members. There is no
// leader here: whoever changes the state asks a majority for a promise and for
// the newest value they accepted (prepare), changes that, and is done when a
// majority has accepted the result. So no member's death disturbs the others,
// and nothing goes on without a majority.
type agreement struct {
	wire    *wire
	log     *logger
	dir     string
	self    uint64
	started int64
	turn    chan struct{} // one proposal of this process at a time

	mu        sync.Mutex
	promised  ballot
	accepted  value
	committed value
	peers     map[uint64]*peer
	beats     map[int64]beat
	removed   bool
	changed   chan struct{}
}

func newAgreement(w *wire, log *logger, dir string, self uint64, state *State) *agreement {
	first := value{State: state}
	return &agreement{wire: w, log: log, dir: dir, self: self, started: time.Now().UnixNano(), turn: make(chan struct{}, 1),
		accepted: first, committed: first, peers: map[uint64]*peer{}, beats: map[int64]beat{}, changed: make(chan struct{})}
}

// learn takes over a state that a majority has. It needs the lock.
func (a *agreement) learn(v value) {
	if v.State == nil || !a.committed.Ballot.less(v.Ballot) {
		return
	}
	a.committed = v
	if a.accepted.Ballot.less(v.Ballot) {
		a.accepted = v
	}
	a.save()
	if v.State.wasRemoved(a.self) {
		a.becomeRemoved()
	}
	close(a.changed)
	a.changed = make(chan struct{})
}

// becomeRemoved needs the lock, or nobody else to know of this agreement yet.
func (a *agreement) becomeRemoved() {
	if !a.removed {
		a.removed = true
		a.log.write("WARN", "", "server error", "component", "embed etcd", "error", "the member has been permanently removed from the cluster")
		a.log.write("WARN", "", "data-dir used by this member must be removed", "component", "embed etcd")
	}
}

func (a *agreement) view() *State {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.committed.State
}

func (a *agreement) isRemoved() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.removed
}

// wait returns when the state changed, or after d.
func (a *agreement) wait(d time.Duration) {
	a.mu.Lock()
	changed := a.changed
	a.mu.Unlock()
	select {
	case <-changed:
	case <-time.After(d):
	}
}

type question struct {
	Cluster, From uint64
	Ballot        ballot
	State         *State
}

type reply struct {
	Granted, Removed, Mismatch bool
	Promised                   ballot
	Value                      value
	Started                    int64
}

// hear is what a member does with another's question, or with its own.
func (a *agreement) hear(kind string, q question) reply {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case q.Cluster != a.committed.State.ClusterID:
		a.mismatched()
		return reply{Mismatch: true}
	case a.committed.State.wasRemoved(q.From):
		return reply{Removed: true}
	case a.removed:
		return reply{}
	}
	out := reply{Started: a.started}
	switch kind {
	case "prepare":
		if out.Granted = a.promised.less(q.Ballot); out.Granted {
			a.promised = q.Ballot
			a.save()
		}
		out.Promised, out.Value = a.promised, a.accepted
	case "accept":
		if out.Granted = !q.Ballot.less(a.promised); out.Granted {
			a.promised, a.accepted = q.Ballot, value{q.Ballot, q.State}
			a.save()
		}
		out.Promised = a.promised
	case "learn":
		a.learn(value{q.Ballot, q.State})
	case "ping":
		out.Granted = a.committed.State.member(q.From) != nil
		if q.Ballot.less(a.committed.Ballot) {
			out.Value = a.committed
		}
	}
	return out
}

func (a *agreement) mismatched() {
	a.log.write("ERROR", "", "request cluster ID mismatch", "component", "embed etcd", "error", "cluster ID mismatch")
}

// ask puts a question to one member, this one included.
func (a *agreement) ask(ctx context.Context, m Member, kind string, b ballot, state *State) (reply, error) {
	a.mu.Lock()
	q := question{a.committed.State.ClusterID, a.self, b, state}
	a.mu.Unlock()
	if m.ID == a.self {
		return a.hear(kind, q), nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var out reply
	if err := a.wire.call(ctx, m.PeerURL+"/peer/"+kind, q, &out); err != nil {
		return out, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if out.Removed {
		a.becomeRemoved()
	}
	if out.Mismatch {
		a.mismatched()
	}
	return out, nil
}

type votes map[uint64]bool

func (v votes) majorityOf(state *State) bool {
	have := 0
	for _, m := range state.Members {
		if v[m.ID] {
			have++
		}
	}
	return have > len(state.Members)/2
}

// poll asks all members at once and hands every reply to take until that is
// satisfied; false when all have been heard in vain.
func (a *agreement) poll(ctx context.Context, members []Member, kind string, b ballot, state *State, take func(Member, reply) bool) bool {
	type heard struct {
		m   Member
		r   reply
		err error
	}
	replies := make(chan heard, len(members))
	for _, m := range members {
		go func(m Member) {
			r, err := a.ask(ctx, m, kind, b, state)
			replies <- heard{m, r, err}
		}(m)
	}
	for range members {
		if h := <-replies; h.err == nil && take(h.m, h.r) {
			return true
		}
	}
	return false
}

// prepare finds the newest accepted state. settled says that a majority holds
// just that one already.
func (a *agreement) prepare(ctx context.Context, b ballot) (best value, settled, ok bool) {
	granted, holds := votes{}, map[uint64]ballot{}
	a.mu.Lock()
	best = a.accepted
	a.mu.Unlock()
	for asked := (votes{}); !granted.majorityOf(best.State); {
		var members []Member
		for _, m := range best.State.Members {
			if !asked[m.ID] {
				asked[m.ID], members = true, append(members, m)
			}
		}
		if len(members) == 0 {
			return best, false, false
		}
		a.poll(ctx, members, "prepare", b, nil, func(m Member, r reply) bool {
			a.raise(r.Promised)
			if !r.Granted {
				return false
			}
			granted[m.ID], holds[m.ID] = true, r.Value.Ballot
			if best.Ballot.less(r.Value.Ballot) {
				best = r.Value
			}
			return granted.majorityOf(best.State)
		})
	}
	same := votes{}
	for id, held := range holds {
		same[id] = held == best.Ballot
	}
	return best, same.majorityOf(best.State), true
}

// raise lets the next ballot of this member be above what another promised.
func (a *agreement) raise(b ballot) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.promised.N < b.N {
		a.promised = ballot{N: b.N}
		a.save()
	}
}

var errTryAgain = errors.New("no majority this time")

// attempt makes one change, or finds out that it can't be made.
func (a *agreement) attempt(ctx context.Context, c Command) (int64, error) {
	a.mu.Lock()
	b := ballot{a.promised.N + 1, a.self}
	a.mu.Unlock()
	best, settled, ok := a.prepare(ctx, b)
	if !ok {
		return 0, errTryAgain
	}
	next := best.State.clone()
	lease, err := next.apply(c)
	if err == errUnchanged && settled {
		a.mu.Lock()
		a.learn(best)
		a.mu.Unlock()
		return lease, nil
	}
	if err == errUnchanged {
		next, err = best.State, nil
	}
	if err != nil {
		return 0, err
	}
	if next != best.State {
		next.Rev++
	}
	all := append([]Member{}, best.State.Members...)
	for _, m := range next.Members {
		if best.State.member(m.ID) == nil {
			all = append(all, m)
		}
	}
	have := votes{}
	if !a.poll(ctx, all, "accept", b, next, func(m Member, r reply) bool {
		a.raise(r.Promised)
		have[m.ID] = r.Granted
		return have.majorityOf(best.State) && have.majorityOf(next)
	}) {
		return 0, errTryAgain
	}
	a.mu.Lock()
	a.learn(value{b, next})
	a.mu.Unlock()
	for _, m := range all {
		if m.ID != a.self {
			go func(m Member) { _, _ = a.ask(context.Background(), m, "learn", b, next) }(m)
		}
	}
	return lease, nil
}

// propose changes the state and returns when a majority and this member have
// the change. It tries until the context ends.
func (a *agreement) propose(ctx context.Context, c Command) (int64, error) {
	select {
	case a.turn <- struct{}{}:
	case <-ctx.Done():
		return 0, errNoLeader
	}
	defer func() { <-a.turn }()
	for tries := 1; ; tries++ {
		if a.isRemoved() {
			return 0, errNoLeader
		}
		lease, err := a.attempt(ctx, c)
		if err != errTryAgain {
			return lease, err
		}
		// Two that try at once must not go on in step.
		most := time.Duration(tries) * 10 * time.Millisecond
		if most > heartbeat {
			most = heartbeat
		}
		select {
		case <-ctx.Done():
			return 0, errNoLeader
		case <-time.After(time.Duration(rand.Int63n(int64(most)))):
		}
	}
}
