package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// wire is how a stand-in speaks to the others: plain, or with mutual TLS when
// its settings name certificates.
type wire struct {
	tls    *tls.Config
	client *http.Client
}

func newWire(s settings) *wire {
	w := &wire{}
	if s["ssl-ca"] != "" || s["ssl-cert"] != "" {
		pem, err := os.ReadFile(s["ssl-ca"])
		if err != nil {
			exitWith("parse cmd flags err: " + err.Error() + "\n")
		}
		pair, err := tls.LoadX509KeyPair(s["ssl-cert"], s["ssl-key"])
		if err != nil {
			exitWith("parse cmd flags err: " + err.Error() + "\n")
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		w.tls = &tls.Config{Certificates: []tls.Certificate{pair}, RootCAs: pool, ClientCAs: pool,
			ClientAuth: tls.RequireAndVerifyClientCert}
	}
	w.client = &http.Client{Transport: &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
		TLSClientConfig:     w.tls,
		MaxIdleConnsPerHost: 8, IdleConnTimeout: 10 * time.Second,
	}}
	return w
}

func (w *wire) url(addr string) string {
	if strings.Contains(addr, "://") {
		return addr
	}
	if w.tls != nil {
		return "https://" + addr
	}
	return "http://" + addr
}

func (w *wire) listen(addr string) (net.Listener, error) {
	if at := strings.Index(addr, "://"); at >= 0 {
		addr = addr[at+3:]
	}
	listener, err := net.Listen("tcp", addr)
	if err == nil && w.tls != nil {
		listener = tls.NewListener(listener, w.tls)
	}
	return listener, err
}

type statusError struct {
	status int
	text   string
}

func (e statusError) Error() string { return fmt.Sprintf("HTTP %d: %s", e.status, e.text) }

// call posts JSON and reads JSON. A nil answer throws the body away.
func (w *wire) call(ctx context.Context, url string, question, answer interface{}) error {
	body, err := json.Marshal(question)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	response, err := w.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return statusError{response.StatusCode, strings.TrimSpace(string(text))}
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(text, answer)
}

func answerJSON(w http.ResponseWriter, value interface{}) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

// dialText is the part of a failed call that names the address and the reason,
// worded by the network layer.
func dialText(err error) string {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Error()
	}
	return err.Error()
}
