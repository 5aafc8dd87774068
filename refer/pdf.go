package refer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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

var pdfDate = regexp.MustCompile(`/(CreationDate|ModDate) ?\(D:\d{14}([^)]*)\)`)

// fixedPDF sets a PDF's dates to the referral's as-of time, in place and
// with the same number of bytes, so that a print says the referral's
// time and not the printer's (ISO 32000-1 §7.9.4).
func fixedPDF(pdf []byte, at time.Time) []byte {
	return pdfDate.ReplaceAllFunc(pdf, func(m []byte) []byte {
		loc := pdfDate.FindSubmatchIndex(m)
		out := append([]byte{}, m...)
		copy(out[loc[4]-14:loc[4]], at.UTC().Format("20060102150405"))
		return out
	})
}
