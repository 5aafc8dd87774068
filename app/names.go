package app

import (
	"os/exec"

	"ringbreaker.example/act"
	"ringbreaker.example/refer"
)

// Complainant and System are what a referral says of an organisation.
type (
	Complainant = refer.Complainant
	System      = refer.System
)

// FindBrowser is the path of Chromium on this machine, or empty.
func FindBrowser() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// What the agency's workspace takes, under the names of this room, so that a
// command need not import the verb.
type (
	Registration = act.Registration
	Warrant      = act.Warrant
	Handover     = act.Handover
)
