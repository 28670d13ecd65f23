package main

import (
	"encoding/hex"
	"os"
	"strconv"
	"strings"
)

// demandSecretKey refuses what DM refuses: before v8.0.0 the option itself,
// since then a file that is not there or is no AES-256 key in hex (source).
func demandSecretKey(s settings, complaint string) {
	path, named := s["secret-key-path"]
	if !named || path == "" {
		return
	}
	if major, err := strconv.Atoi(strings.TrimPrefix(strings.SplitN(release, ".", 2)[0], "v")); err == nil && major < 8 {
		exitWith("parse cmd flags err: " + complaint + " unknown configuration options: secret-key-path\n")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		exitWith("parse cmd flags err: invalid secret key path, " + err.Error() + "\n")
	}
	if key, err := hex.DecodeString(strings.TrimSpace(string(text))); err != nil || len(key) != 32 {
		exitWith("parse cmd flags err: invalid secret key path, the secret key must be a hex AES-256 key of length 64\n")
	}
}
