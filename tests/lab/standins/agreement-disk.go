package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
)

type saved struct {
	Self                uint64
	Promised            ballot
	Accepted, Committed value
}

func loadAgreement(w *wire, log *logger, dir string) (*agreement, error) {
	text, err := os.ReadFile(filepath.Join(dir, "member", "state.json"))
	if err != nil {
		return nil, err
	}
	var s saved
	if err := json.Unmarshal(text, &s); err != nil {
		return nil, err
	}
	if s.Accepted.State == nil || s.Committed.State == nil {
		return nil, errors.New("state.json holds no state")
	}
	a := newAgreement(w, log, dir, s.Self, nil)
	a.promised, a.accepted, a.committed = s.Promised, s.Accepted, s.Committed
	if a.committed.State.wasRemoved(a.self) {
		a.becomeRemoved()
	}
	return a, nil
}

// save needs the lock. A master that can't write its disk must not go on.
func (a *agreement) save() {
	text, err := json.Marshal(saved{a.self, a.promised, a.accepted, a.committed})
	if err == nil {
		dir := filepath.Join(a.dir, "member")
		if err = os.MkdirAll(dir, 0o700); err == nil {
			if err = os.WriteFile(filepath.Join(dir, "state.tmp"), text, 0o600); err == nil {
				err = os.Rename(filepath.Join(dir, "state.tmp"), filepath.Join(dir, "state.json"))
			}
		}
	}
	if err != nil {
		a.log.write("FATAL", "", "failed to write the data dir", "error", err.Error())
		os.Exit(1)
	}
}
