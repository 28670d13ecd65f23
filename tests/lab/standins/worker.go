package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

type workerProcess struct {
	s       settings
	wire    *wire
	log     *logger
	masters []string
	lease   int64
}

func runWorker(args []string) {
	s := loadSettings(args, workerKeys, "worker config contains")
	s["worker-addr"] = s.orDefault("worker-addr", ":8262")
	s["advertise-addr"] = s.orDefault("advertise-addr", s["worker-addr"])
	s["name"] = s.orDefault("name", s["advertise-addr"])
	p := &workerProcess{s: s, wire: newWire(s), log: openLog(s["log-file"])}
	started := time.Now()
	p.log.write("INFO", "main.go:58", "Welcome to dm-worker", "Release Version:", release)
	stop := make(chan os.Signal, 2)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	for _, addr := range strings.Split(s["join"], ",") {
		p.masters = append(p.masters, p.wire.url(strings.TrimSpace(addr)))
	}
	go func() {
		<-stop
		p.leave()
	}()
	p.register()
	listener, err := p.wire.listen(s["worker-addr"])
	if err != nil {
		p.log.write("ERROR", "main.go:91", "fail to start dm-worker", "error", err.Error())
		os.Exit(2)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/status", func(w http.ResponseWriter, _ *http.Request) { plainText(w, versionText()) })
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8; escaping=underscores")
		processMetrics(w, started)
	})
	go serve(listener, mux)
	p.keepAlive()
}

// register joins by any master of the list: five rounds, then it gives up.
func (p *workerProcess) register() {
	last := "context deadline exceeded"
	for round := 1; round <= 5; round++ {
		for _, master := range p.masters {
			begun := time.Now()
			ctx, cancel := context.WithTimeout(context.Background(), joinTimeout)
			err := p.wire.call(ctx, master+"/standin/register", registration{Name: p.s["name"], Addr: p.s["advertise-addr"]}, nil)
			cancel()
			if err == nil {
				return
			}
			var refused statusError
			if errors.As(err, &refused) {
				last = refused.text
				p.log.write("ERROR", "join.go:98", "fail to register worker", "endpoint", master, "error", last)
				continue
			}
			// The real program's dial waits out its time even when refused.
			time.Sleep(joinTimeout - time.Since(begun))
			last = "context deadline exceeded"
			p.log.write("ERROR", "join.go:85", "fail to dial dm-master", "endpoint", master, "error", last)
		}
		p.log.write("WARN", "join.go:111", "retry to connect master", "retry", fmt.Sprint(round), "total", "5")
		time.Sleep(joinPause)
	}
	p.log.write("INFO", "main.go:76", "join the cluster meet error", "error",
		"[code=40077:class=dm-worker:scope=internal:level=high], Message: cannot join with master endpoints: ["+strings.Join(p.masters, " ")+"], error: "+last+", Workaround: Please check network connection of worker and check worker name is unique.")
	os.Exit(2)
}

func (p *workerProcess) keepAlive() {
	ttl, relay := p.s.seconds("keepalive-ttl", keepaliveTTL.Seconds()), p.s.seconds("relay-keepalive-ttl", relayTTL.Seconds())
	pause := time.Duration(0)
	for {
		time.Sleep(pause)
		pause = 200 * time.Millisecond
		for _, master := range p.masters {
			ctx, cancel := context.WithTimeout(context.Background(), joinTimeout)
			var a keepAnswer
			err := p.wire.call(ctx, master+"/standin/keepalive", registration{Name: p.s["name"], Lease: p.lease, TTL: ttl, RelayTTL: relay}, &a)
			cancel()
			if err == nil {
				p.lease = a.Lease
				if len(a.Masters) > 0 {
					p.masters = a.Masters
				}
				// Often enough to notice a lease that changed its length.
				if pause = time.Duration(ttl / 3 * float64(time.Second)); pause > 2*time.Second && a.TTL != ttl {
					pause = 2 * time.Second
				}
				break
			}
		}
	}
}

// leave gives the lease back, so that the masters see this worker go at once.
func (p *workerProcess) leave() {
	p.log.write("INFO", "main.go:97", "got signal to exit", "signal", "terminated")
	if p.lease != 0 {
		for _, master := range p.masters {
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			var done bool
			err := p.wire.call(ctx, master+"/standin/revoke", registration{Lease: p.lease}, &done)
			cancel()
			if err == nil && done {
				break
			}
		}
	}
	p.log.write("INFO", "main.go:105", "dm-worker exit")
	os.Exit(0)
}
