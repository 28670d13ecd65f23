package main

import (
	"crypto/sha1"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
)

type Member struct {
	ID        uint64 `json:",string"`
	Name      string
	PeerURL   string
	ClientURL string // empty until the member has started once
}

// Campaign is a master's place in the queue for leadership; the first leads.
type Campaign struct {
	Name, Addr string
	Lease      int64
}

type Worker struct {
	Name, Addr string
	Lease      int64
}

type Source struct {
	ID, Config, Host, User, Password, Flavor string
	Port                                     int
	GTID, Relay, Enabled                     bool
}

// Subtask is a task on one source. Detail and Errors are JSON that a test gave,
// instead of what a stand-in would say by itself.
type Subtask struct {
	Stage, Unit, Error, Lock string
	Lag                      float64
	Detail, Errors           json.RawMessage `json:",omitempty"`
}

type Task struct {
	Name, Config, Stage, Mode string
	Sources                   []string
	Subs                      map[string]Subtask // by source; absent: runs
}

// State is everything that the masters agree on. It is small, so it is always
// replicated whole; Rev counts its changes.
type State struct {
	Rev       uint64
	ClusterID uint64 `json:",string"`
	Members   []Member
	Removed   []uint64
	Campaigns []Campaign
	Leases    map[int64]float64 // seconds to live
	Beats     map[int64]uint64  // how often each was renewed
	NextLease int64
	Workers   []Worker
	Sources   []Source
	Tasks     []Task
	Bound     map[string]string // source: worker
	LastBound map[string]string // worker: source
	Relay     map[string]string // worker: source whose relay log it was told to read
	Locks     []Lock
	Topology  json.RawMessage `json:",omitempty"`
}

func (s *State) clone() *State {
	text, _ := json.Marshal(s)
	out := &State{}
	if err := json.Unmarshal(text, out); err != nil {
		panic(err)
	}
	return out
}

func (s *State) member(id uint64) *Member {
	for i := range s.Members {
		if s.Members[i].ID == id {
			return &s.Members[i]
		}
	}
	return nil
}

func (s *State) memberNamed(name string) *Member {
	for i := range s.Members {
		if s.Members[i].Name == name {
			return &s.Members[i]
		}
	}
	return nil
}

func (s *State) wasRemoved(id uint64) bool {
	for _, removed := range s.Removed {
		if removed == id {
			return true
		}
	}
	return false
}

func (s *State) worker(name string) *Worker {
	for i := range s.Workers {
		if s.Workers[i].Name == name {
			return &s.Workers[i]
		}
	}
	return nil
}

func (s *State) source(id string) *Source {
	for i := range s.Sources {
		if s.Sources[i].ID == id {
			return &s.Sources[i]
		}
	}
	return nil
}

func (s *State) task(name string) *Task {
	for i := range s.Tasks {
		if s.Tasks[i].Name == name {
			return &s.Tasks[i]
		}
	}
	return nil
}

func (s *State) online(w *Worker) bool {
	_, alive := s.Leases[w.Lease]
	return w.Lease != 0 && alive
}

func (s *State) sourceOf(worker string) string {
	for source, bound := range s.Bound {
		if bound == worker {
			return source
		}
	}
	return ""
}

func (s *State) stage(w *Worker) (stage, source string) {
	if !s.online(w) {
		return "offline", ""
	}
	if source = s.sourceOf(w.Name); source != "" {
		return "bound", source
	}
	if source = s.Relay[w.Name]; source != "" {
		return "relay", source
	}
	return "free", ""
}

// memberID is etcd's: of the peer URL and the cluster's token.
func memberID(peerURL, salt string) uint64 {
	sum := sha1.Sum([]byte(peerURL + "etcd-cluster" + salt))
	return binary.BigEndian.Uint64(sum[:8])
}

// freshState is what all members of a new cluster work out for themselves.
func freshState(initialCluster string) (*State, error) {
	state := &State{Leases: map[int64]float64{}, Beats: map[int64]uint64{}, Bound: map[string]string{}, LastBound: map[string]string{}}
	for _, part := range strings.Split(initialCluster, ",") {
		pair := strings.SplitN(part, "=", 2)
		if len(pair) != 2 {
			return nil, fmt.Errorf("invalid initial-cluster %q", initialCluster)
		}
		state.Members = append(state.Members, Member{ID: memberID(pair[1], ""), Name: pair[0], PeerURL: pair[1]})
	}
	state.sortMembers()
	var ids []byte
	for _, m := range state.Members {
		ids = binary.BigEndian.AppendUint64(ids, m.ID)
	}
	sum := sha1.Sum(ids)
	state.ClusterID = binary.BigEndian.Uint64(sum[:8]) >> 1
	return state, nil
}

func (s *State) sortMembers() {
	sort.Slice(s.Members, func(a, b int) bool { return s.Members[a].ID < s.Members[b].ID })
}

// Command is one change of the state.
type Command struct {
	Op     string
	Member Member
	Name   string
	Addr   string
	Lease  int64
	TTL    float64
	Beat   uint64
	Source *Source
	Task   *Task
	Bound  map[string]string
	Last   map[string]string
	Relay  map[string]string
	Locks  []Lock
	Raw    json.RawMessage
}

var errUnchanged = errors.New("unchanged")

// apply changes the state and returns the lease it granted, if any.
func (s *State) apply(c Command) (int64, error) {
	switch c.Op {
	case "publish":
		m := s.member(c.Member.ID)
		if m == nil {
			return 0, errors.New("etcdserver: member not found")
		}
		if *m == c.Member {
			return 0, errUnchanged
		}
		*m = c.Member
	case "member-add":
		if s.member(c.Member.ID) != nil {
			return 0, errUnchanged
		}
		s.Members = append(s.Members, c.Member)
		s.sortMembers()
	case "member-remove":
		if s.member(c.Member.ID) == nil {
			return 0, errUnchanged
		}
		s.removeMember(c.Member.ID)
	case "grant":
		s.NextLease++
		s.Leases[s.NextLease] = c.TTL
		return s.NextLease, nil
	case "renew":
		if _, ok := s.Leases[c.Lease]; !ok {
			return 0, errNoLease
		}
		s.Beats[c.Lease]++
	case "expire":
		if s.Beats[c.Lease] != c.Beat {
			return 0, errUnchanged
		}
		return 0, s.revoke(c.Lease)
	case "revoke":
		return 0, s.revoke(c.Lease)
	case "campaign":
		if _, ok := s.Leases[c.Lease]; !ok {
			return 0, errNoLease
		}
		for _, other := range s.Campaigns {
			if other.Lease == c.Lease {
				return 0, errUnchanged
			}
		}
		s.Campaigns = append(s.Campaigns, Campaign{c.Name, c.Addr, c.Lease})
	case "resign":
		before := len(s.Campaigns)
		s.dropCampaigns(func(k Campaign) bool { return k.Name == c.Name })
		if len(s.Campaigns) == before {
			return 0, errUnchanged
		}
	case "topology":
		s.Topology = c.Raw
	default:
		return 0, s.applyScheduling(c)
	}
	return 0, nil
}

func (s *State) applyScheduling(c Command) error {
	switch c.Op {
	case "worker-put":
		if w := s.worker(c.Name); w != nil {
			if w.Lease == c.Lease || c.Lease == 0 {
				return errUnchanged
			}
			w.Lease = c.Lease
			return nil
		}
		if c.Addr == "" {
			return errors.New("no such worker")
		}
		s.Workers = append(s.Workers, Worker{c.Name, c.Addr, c.Lease})
		sort.Slice(s.Workers, func(a, b int) bool { return s.Workers[a].Name < s.Workers[b].Name })
	case "worker-delete":
		kept := s.Workers[:0]
		for _, w := range s.Workers {
			if w.Name != c.Name {
				kept = append(kept, w)
			}
		}
		s.Workers = kept
		delete(s.LastBound, c.Name)
		delete(s.Relay, c.Name)
	case "relay":
		s.Relay = c.Relay
	case "locks":
		s.Locks = c.Locks
	case "source-put":
		if old := s.source(c.Source.ID); old != nil {
			*old = *c.Source
			return nil
		}
		s.Sources = append(s.Sources, *c.Source)
		sort.Slice(s.Sources, func(a, b int) bool { return s.Sources[a].ID < s.Sources[b].ID })
	case "source-delete":
		kept := s.Sources[:0]
		for _, source := range s.Sources {
			if source.ID != c.Name {
				kept = append(kept, source)
			}
		}
		s.Sources = kept
		delete(s.Bound, c.Name)
	case "schedule":
		s.Bound, s.LastBound = c.Bound, c.Last
	case "task-put":
		if old := s.task(c.Task.Name); old != nil {
			*old = *c.Task
			return nil
		}
		s.Tasks = append(s.Tasks, *c.Task)
		sort.Slice(s.Tasks, func(a, b int) bool { return s.Tasks[a].Name < s.Tasks[b].Name })
	case "task-delete":
		kept := s.Tasks[:0]
		for _, task := range s.Tasks {
			if task.Name != c.Name {
				kept = append(kept, task)
			}
		}
		s.Tasks = kept
	default:
		return errors.New("unknown command " + c.Op)
	}
	return nil
}

func (s *State) removeMember(id uint64) {
	kept := s.Members[:0]
	for _, m := range s.Members {
		if m.ID != id {
			kept = append(kept, m)
		}
	}
	s.Members = kept
	s.Removed = append(s.Removed, id)
}

func (s *State) dropCampaigns(drop func(Campaign) bool) {
	kept := s.Campaigns[:0]
	for _, k := range s.Campaigns {
		if !drop(k) {
			kept = append(kept, k)
		}
	}
	s.Campaigns = kept
}

func (s *State) revoke(lease int64) error {
	if _, ok := s.Leases[lease]; !ok {
		return errUnchanged
	}
	delete(s.Leases, lease)
	delete(s.Beats, lease)
	s.dropCampaigns(func(k Campaign) bool { return k.Lease == lease })
	for i := range s.Workers {
		if s.Workers[i].Lease == lease {
			s.Workers[i].Lease = 0
		}
	}
	return nil
}
