package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"
)

type peerInfo struct {
	Cluster uint64
	Running bool
	State   *State
}

// handler serves the peer port.
func (a *agreement) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/peer/info", func(w http.ResponseWriter, _ *http.Request) {
		state := a.view()
		answerJSON(w, peerInfo{state.ClusterID, state.Rev > 0, state})
	})
	mux.HandleFunc("/peer/", func(w http.ResponseWriter, r *http.Request) {
		var q question
		if decode(w, r, &q) {
			answerJSON(w, a.hear(strings.TrimPrefix(r.URL.Path, "/peer/"), q))
		}
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

// run keeps in touch with the other members and ends leases, for ever.
func (a *agreement) run() {
	a.mu.Lock()
	a.save()
	a.mu.Unlock()
	for {
		if !a.isRemoved() {
			for _, m := range a.view().Members {
				if m.ID != a.self {
					go a.ping(m)
				}
			}
			a.endLeases()
		}
		time.Sleep(heartbeat)
	}
}

// peer needs the lock.
func (a *agreement) peer(id uint64) *peer {
	if a.peers[id] == nil {
		a.peers[id] = &peer{}
	}
	return a.peers[id]
}

// ping learns since when a member has been connected, and what it knows that
// this one missed.
func (a *agreement) ping(m Member) {
	a.mu.Lock()
	p, known := a.peer(m.ID), a.committed.Ballot
	a.mu.Unlock()
	r, err := a.ask(context.Background(), m, "ping", known, nil)
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil || !r.Granted {
		p.since = time.Time{}
		return
	}
	if p.since.IsZero() || p.started != r.Started {
		p.since, p.started = time.Now(), r.Started
	}
	a.learn(r.Value)
}

// endLeases revokes what nobody renewed for its time. Time without a majority
// does not count, as nobody could renew anything.
func (a *agreement) endLeases() {
	a.mu.Lock()
	defer a.mu.Unlock()
	state, now := a.committed.State, time.Now()
	here := votes{a.self: true}
	for id, p := range a.peers {
		here[id] = !p.since.IsZero()
	}
	if !here.majorityOf(state) {
		a.beats = map[int64]beat{}
		return
	}
	for lease, ttl := range state.Leases {
		seen, ok := a.beats[lease]
		if !ok || seen.count != state.Beats[lease] {
			a.beats[lease] = beat{state.Beats[lease], now}
		} else if now.Sub(seen.at).Seconds() > ttl {
			delete(a.beats, lease)
			go func(c Command) {
				ctx, cancel := context.WithTimeout(context.Background(), callTimeout)
				defer cancel()
				_, _ = a.propose(ctx, c)
			}(Command{Op: "expire", Lease: lease, Beat: seen.count})
		}
	}
	for lease := range a.beats {
		if _, ok := state.Leases[lease]; !ok {
			delete(a.beats, lease)
		}
	}
}

// look asks every member for a sign of life now: one that just died must not
// count as connected until the next round.
func (a *agreement) look() {
	var all sync.WaitGroup
	for _, m := range a.view().Members {
		if m.ID != a.self {
			all.Add(1)
			go func(m Member) {
				defer all.Done()
				a.ping(m)
			}(m)
		}
	}
	all.Wait()
}

// connected counts the members that have been connected for the interval at
// which etcd believes in them, this one included.
func (a *agreement) connected(state *State) (steady int, everyone bool) {
	a.look()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, m := range state.Members {
		since := a.peer(m.ID).since
		if m.ID == a.self || !since.IsZero() && time.Since(since) >= healthInterval {
			steady++
		}
	}
	return steady, steady == len(state.Members)
}

// mayRemove is etcd's strict check before a member is taken out.
func (a *agreement) mayRemove(state *State, id uint64) error {
	a.look()
	a.mu.Lock()
	down := id != a.self && a.peer(id).since.IsZero()
	a.mu.Unlock()
	if down {
		return nil
	}
	if steady, _ := a.connected(state); steady-1 < 1+(len(state.Members)-1)/2 {
		return errUnhealthy
	}
	return nil
}

// majority says whether a majority answers this member now.
func (a *agreement) majority(ctx context.Context) bool {
	a.mu.Lock()
	state, known := a.committed.State, a.committed.Ballot
	a.mu.Unlock()
	have := votes{}
	return a.poll(ctx, state.Members, "ping", known, nil, func(m Member, r reply) bool {
		have[m.ID] = r.Granted
		return have.majorityOf(state)
	})
}

// renew keeps a lease; found is false when it has ended.
func (a *agreement) renew(ctx context.Context, lease int64) (found bool, err error) {
	_, err = a.propose(ctx, Command{Op: "renew", Lease: lease})
	if err == errNoLease {
		return false, nil
	}
	return err == nil, err
}
