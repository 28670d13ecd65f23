package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// removalPause is how long nobody leads after a live leader was removed.
const removalPause = time.Second

const startAdvice = "Workaround: Please check all dm-master of `initial-cluster` in configuration file is up, and check the log for a detailed error."

type master struct {
	s       settings
	wire    *wire
	log     *logger
	agreed  *agreement
	started time.Time
	ready   chan struct{} // there was a majority: requests get answers

	mu        sync.Mutex
	serving   bool // the forwarding part works too
	lease     int64
	renewed   time.Time
	evicted   bool
	leading   bool // this master's leader parts run
	terms     int  // how often they were started
	stopping  bool
	campaigns sync.Mutex
}

func (s settings) orDefault(key, fallback string) string {
	if s[key] == "" {
		return fallback
	}
	return s[key]
}

func runMaster(args []string) {
	s := loadSettings(args, masterKeys, "master config contained")
	demandSecretKey(s, "master config contained")
	s["master-addr"] = s.orDefault("master-addr", ":8261")
	s["advertise-addr"] = s.orDefault("advertise-addr", s["master-addr"])
	s["peer-urls"] = s.orDefault("peer-urls", "http://127.0.0.1:8291")
	s["advertise-peer-urls"] = s.orDefault("advertise-peer-urls", s["peer-urls"])
	s["name"] = s.orDefault("name", "dm-master-"+hostName())
	s["data-dir"] = s.orDefault("data-dir", "default."+s["name"])
	m := &master{s: s, wire: newWire(s), log: openLog(s["log-file"]), started: time.Now(), ready: make(chan struct{})}
	m.log.write("INFO", "main.go:49", "Welcome to dm-master", "Release Version:", release)
	stop := make(chan os.Signal, 2)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	client, err := m.wire.listen(s["master-addr"])
	if err != nil {
		m.die("fail to start embed etcd, RawCause: "+err.Error(), startAdvice)
	}
	peerPort, err := m.wire.listen(s["peer-urls"])
	if err != nil {
		m.die("fail to start embed etcd, RawCause: "+err.Error(), startAdvice)
	}
	m.prepare()
	go serve(peerPort, m.agreed.handler())
	api := &http.Server{Handler: m.handler()}
	go func() { _ = api.Serve(client) }()
	go m.agreed.run()
	deadline := time.After(startTimeout)
	published := make(chan struct{})
	go m.publish(published)
	select {
	case <-published:
	case <-stop:
		os.Exit(0)
	case <-deadline:
		m.die(fmt.Sprintf("start embed etcd timeout %s", startTimeout), startAdvice)
	}
	close(m.ready)
	go m.serveSoon()
	go m.observe()
	<-stop
	m.shutDown(api)
}

func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}

func serve(listener net.Listener, handler http.Handler) {
	server := &http.Server{Handler: handler}
	_ = server.Serve(listener)
}

// die logs as the real program does; nothing is printed.
func (m *master) die(message, advice string) {
	m.log.write("ERROR", "main.go:72", "fail to start dm-master", "error",
		"[code=38038:class=dm-master:scope=internal:level=high], Message: "+message+", "+advice)
	os.Exit(2)
}

// prepare finds this master's place: its own data, then --join, then
// --initial-cluster, in that order.
func (m *master) prepare() {
	dir := m.s["data-dir"]
	if err := os.MkdirAll(dir, 0o700); err != nil {
		m.die("fail to start embed etcd, RawCause: "+err.Error(), startAdvice)
	}
	if _, err := os.Stat(filepath.Join(dir, "member")); err == nil {
		if m.agreed, err = loadAgreement(m.wire, m.log, dir); err != nil {
			m.die("fail to start embed etcd, RawCause: "+err.Error(), startAdvice)
		}
		return
	}
	if m.s["join"] != "" {
		m.join()
		return
	}
	initial := m.s.orDefault("initial-cluster", m.s["name"]+"="+m.s["advertise-peer-urls"])
	state, err := freshState(initial)
	if err != nil {
		m.die("fail to start embed etcd, RawCause: "+err.Error(), startAdvice)
	}
	self := memberID(m.s["advertise-peer-urls"], "")
	if me := state.member(self); me == nil || me.Name != m.s["name"] {
		m.die(fmt.Sprintf("fail to start embed etcd, RawCause: couldn't find local name %q in the initial cluster configuration", m.s["name"]), startAdvice)
	}
	for _, other := range state.Members {
		if other.ID == self {
			continue
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		var info peerInfo
		err := m.wire.call(ctx, other.PeerURL+"/peer/info", nil, &info)
		cancel()
		if err != nil || !info.Running || info.Cluster != state.ClusterID {
			continue
		}
		if me := info.State.member(self); me != nil && me.ClientURL != "" {
			m.die(fmt.Sprintf("fail to start embed etcd, RawCause: member %x has already been bootstrapped", self), startAdvice)
		}
	}
	m.agreed = newAgreement(m.wire, m.log, dir, self, state)
}

func (m *master) dieJoining(message string) {
	m.die("fail to join embed etcd: "+message, "Workaround: Please check configs in master configuration file.")
}

// join adds this master to a running cluster.
func (m *master) join() {
	var state *State
	var failure error
	var address string
	for _, addr := range strings.Split(m.s["join"], ",") {
		address = m.wire.url(strings.TrimSpace(addr))
		if strings.HasSuffix(address, "//"+m.s["advertise-addr"]) {
			m.dieJoining("join self " + addr + " is forbidden")
		}
		ctx, cancel := context.WithTimeout(context.Background(), joinTimeout)
		state = &State{}
		failure = m.wire.call(ctx, address+"/standin/state", nil, state)
		cancel()
		if failure == nil {
			break
		}
	}
	if failure != nil {
		m.dieJoining("list member, RawCause: " + failure.Error())
	}
	for _, other := range state.Members {
		if other.ClientURL == "" {
			m.dieJoining("there is a member that has not joined successfully, continue the join or remove it")
		}
		if other.Name == m.s["name"] {
			m.dieJoining("missing data or joining a duplicate member " + m.s["name"])
		}
	}
	me := Member{ID: memberID(m.s["advertise-peer-urls"], time.Now().String()), PeerURL: m.s["advertise-peer-urls"]}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	if err := m.wire.call(ctx, address+"/standin/member-add", me, state); err != nil {
		text := err.Error()
		if e, ok := err.(statusError); ok {
			text = e.text
		}
		m.dieJoining("add member " + me.PeerURL + ", RawCause: " + text)
	}
	var line []string
	for _, other := range state.Members {
		name := other.Name
		if other.ID == me.ID {
			name = m.s["name"]
		}
		line = append(line, name+"="+other.PeerURL)
	}
	if err := os.WriteFile(filepath.Join(m.s["data-dir"], "join"), []byte(strings.Join(line, ",")), 0o700); err != nil {
		m.dieJoining(err.Error())
	}
	m.agreed = newAgreement(m.wire, m.log, m.s["data-dir"], me.ID, state)
}

// publish makes this member's name and client URL known, which takes a majority.
func (m *master) publish(done chan struct{}) {
	me := Member{ID: m.agreed.self, Name: m.s["name"], PeerURL: m.s["advertise-peer-urls"], ClientURL: m.wire.url(m.s["advertise-addr"])}
	for {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		_, err := m.agreed.propose(ctx, Command{Op: "publish", Member: me})
		cancel()
		if seen := m.agreed.view().member(me.ID); err == nil && seen != nil && *seen == me {
			close(done)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// serveSoon opens the forwarding part a moment after the ports.
func (m *master) serveSoon() {
	time.Sleep(200 * time.Millisecond)
	m.mu.Lock()
	m.serving = true
	m.mu.Unlock()
	m.campaign()
	for range time.Tick(electionTTL / 10) {
		m.keepSession()
	}
}

// campaign queues for leadership, if this master may, with a lease of its own.
func (m *master) campaign() {
	m.campaigns.Lock()
	defer m.campaigns.Unlock()
	for {
		m.mu.Lock()
		lease, may := m.lease, !m.evicted && !m.stopping
		m.mu.Unlock()
		if !may || m.agreed.isRemoved() {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		var err error
		if lease == 0 {
			lease, err = m.agreed.propose(ctx, Command{Op: "grant", TTL: electionTTL.Seconds()})
		}
		if err == nil {
			m.mu.Lock()
			m.lease, m.renewed = lease, time.Now()
			m.mu.Unlock()
			_, err = m.agreed.propose(ctx, Command{Op: "campaign", Name: m.s["name"], Addr: m.s["advertise-addr"], Lease: lease})
		}
		cancel()
		if err == nil {
			return
		}
		if err == errNoLease {
			m.mu.Lock()
			m.lease = 0
			m.mu.Unlock()
		}
		time.Sleep(heartbeat)
	}
}

func (m *master) keepSession() {
	m.mu.Lock()
	lease, since := m.lease, time.Since(m.renewed)
	m.mu.Unlock()
	if lease == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	found, err := m.agreed.renew(ctx, lease)
	cancel()
	m.mu.Lock()
	switch {
	case err == nil && found:
		m.renewed = time.Now()
	case err == nil || since > electionTTL:
		m.lease = 0
	}
	again := m.lease == 0
	m.mu.Unlock()
	if again {
		go m.campaign()
	}
}

// observe starts and stops this master's leader parts as the queue moves.
func (m *master) observe() {
	var first Campaign
	var until time.Time
	for {
		state := m.agreed.view()
		if len(state.Campaigns) > 0 && state.Campaigns[0] != first {
			// etcd, of which a leader was taken out, is busy for a second.
			if first.Name != "" && state.memberNamed(first.Name) == nil {
				until = time.Now().Add(removalPause)
			}
			first = state.Campaigns[0]
		}
		m.mu.Lock()
		mine := m.lease != 0 && first.Lease == m.lease && len(state.Campaigns) > 0 && !m.evicted && !m.stopping && m.serving && time.Now().After(until)
		if mine && !m.leading {
			m.terms++
			m.log.write("INFO", "election.go:94", "become leader", "name", m.s["name"])
		}
		m.leading = mine
		m.mu.Unlock()
		if mine {
			m.schedule(state)
		}
		m.agreed.wait(20 * time.Millisecond)
	}
}

func (m *master) isLeading() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.leading
}

// shutDown is what SIGTERM does: the API closes at once; giving back the lease
// takes a majority, and without one the process hangs for the lease's time.
// An evicted master holds no lease, so it hangs only for a seventh or so.
func (m *master) shutDown(api *http.Server) {
	begun := time.Now()
	_ = api.Close()
	m.mu.Lock()
	leading, evicted, lease := m.leading, m.evicted, m.lease
	m.stopping, m.leading = true, false
	m.mu.Unlock()
	m.log.write("INFO", "main.go:88", "got signal to exit", "signal", "terminated")
	had := m.majorityNow()
	place := 0
	for i, member := range m.agreed.view().Members {
		if member.ID == m.agreed.self {
			place = i
		}
	}
	switch {
	case leading:
		time.Sleep(time.Second)
	case m.agreed.isRemoved():
	default:
		time.Sleep(20*time.Millisecond + time.Duration(place)*250*time.Millisecond)
	}
	limit := electionTTL
	if evicted && had {
		limit = electionTTL * 7 / 60
	}
	for time.Since(begun) < limit && !m.agreed.isRemoved() {
		ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
		gone := false
		if lease != 0 && !evicted {
			_, err := m.agreed.propose(ctx, Command{Op: "revoke", Lease: lease})
			gone = err == nil
		} else {
			gone = m.agreed.majority(ctx)
		}
		cancel()
		if gone {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	m.log.write("INFO", "main.go:95", "dm-master exit")
	os.Exit(0)
}

func (m *master) majorityNow() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	return m.agreed.majority(ctx)
}
