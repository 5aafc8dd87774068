package refer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// ChromiumPDF gives a printer for [Tools] that runs the Chromium at the path
// given, without network. The page itself forbids scripts (its content
// security policy); turning them off by a flag keeps Chromium from printing.
func ChromiumPDF(browser string) func(ctx context.Context, html []byte) ([]byte, error) {
	return func(ctx context.Context, html []byte) (pdf []byte, err error) {
		dir, err := os.MkdirTemp("", "ringbreaker-pdf-")
		if err != nil {
			return nil, fmt.Errorf("print the dossier: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		in, out := filepath.Join(dir, "dossier.html"), filepath.Join(dir, "dossier.pdf")
		if err := os.WriteFile(in, html, 0o600); err != nil {
			return nil, fmt.Errorf("print the dossier: %w", err)
		}
		cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", //nolint:gosec // the administrator names the browser
			"--host-resolver-rules=MAP * ~NOTFOUND", "--user-data-dir="+filepath.Join(dir, "profile"),
			"--no-pdf-header-footer", "--print-to-pdf="+out, "file://"+in)
		if said, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("print the dossier with %s (%d bytes of complaint): %w", filepath.Base(browser), len(said), err)
		}
		if pdf, err = os.ReadFile(out); err != nil {
			return nil, fmt.Errorf("print the dossier: %w", err)
		}
		return pdf, nil
	}
}

// pdfID is the file identifier of a PDF's trailer (ISO 32000-1 §14.4): two
// strings of 16 bytes in hex, which a printer draws anew each time.
var pdfID = regexp.MustCompile(`/ID ?\[ ?<[0-9A-Fa-f]{32}> ?<[0-9A-Fa-f]{32}> ?\]`)

var hexRun = regexp.MustCompile(`<[0-9A-Fa-f]{32}>`)

var pdfDate = regexp.MustCompile(`/(CreationDate|ModDate) ?\(D:\d{14}([^)]*)\)`)

// fixedPDF sets a PDF's dates to the referral's as-of time, in place and
// with the same number of bytes, so that a print says the referral's
// time and not the printer's (ISO 32000-1 §7.9.4). Its identifier becomes the
// hash of the rest, so that the same print has the same one.
func fixedPDF(pdf []byte, at time.Time) []byte {
	pdf = fixedDates(pdf, at)
	blank := pdfID.ReplaceAllFunc(pdf, func(m []byte) []byte { return hexRun.ReplaceAll(m, []byte("<"+strings.Repeat("0", 32)+">")) })
	sum := sha256.Sum256(blank)
	id := []byte("<" + strings.ToUpper(hex.EncodeToString(sum[:16])) + ">")
	return pdfID.ReplaceAllFunc(blank, func(m []byte) []byte { return hexRun.ReplaceAll(m, id) })
}

func fixedDates(pdf []byte, at time.Time) []byte {
	return pdfDate.ReplaceAllFunc(pdf, func(m []byte) []byte {
		loc := pdfDate.FindSubmatchIndex(m)
		out := append([]byte{}, m...)
		copy(out[loc[4]-14:loc[4]], at.UTC().Format("20060102150405"))
		return out
	})
}
