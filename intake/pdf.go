package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Limits of a PDF: a fake invoice has one page or two.
const (
	maxPDF       = 32 << 20
	maxPDFPages  = 50
	maxScanPages = 5    // of a PDF that is nothing but pictures: each costs seconds
	scanPixels   = 2200 // of a page's longer side: 200 dots an inch of a letter page
	scanText     = 20   // letters in all; with fewer, the text is taken to be in pictures
)

// pdf reads the text of a PDF page by page, with pdftotext; of one that is
// nothing but pictures, the first pages are drawn by pdftoppm and read as
// images. why says what was not read. How and why it is done by a program of
// its own: docs/decisions/0008-attachments.md.
func (s *Service) pdf(ctx context.Context, data []byte) (pages []string, how, why string) {
	if len(data) > maxPDF {
		return nil, "", fmt.Sprintf("it has more than %d bytes", maxPDF)
	}
	if bytes.Contains(data[max(0, len(data)-4096):], []byte("/Encrypt")) && !bytes.Contains(data, []byte("/Encrypt null")) {
		why = "it is locked: some of it may be hidden"
	}
	out, err := s.tools.run(ctx, data, maxToolText, "pdftotext", "-q", "-enc", "UTF-8", "-l", strconv.Itoa(maxPDFPages), "-", "-")
	if err != nil && !errors.Is(err, errTooBig) {
		return nil, "", reasonOf(err, why)
	}
	if err != nil {
		why = "it has more text than is taken"
	}
	letters := 0
	for page := range strings.SplitSeq(strings.TrimSuffix(string(out), "\f"), "\f") {
		page = readable(page)
		letters += len(page)
		pages = append(pages, page)
	}
	if len(pages) >= maxPDFPages {
		why = fmt.Sprintf("no more than its first %d pages were read", maxPDFPages)
	}
	if letters >= scanText {
		return pages, "pdftotext", why
	}
	return s.scanned(ctx, data, len(pages))
}

// scanned reads the pages of a PDF as images.
func (s *Service) scanned(ctx context.Context, data []byte, count int) (pages []string, how, why string) {
	for _, needed := range []string{"tesseract", "pdftoppm"} {
		if _, err := s.tools.find(needed); err != nil {
			return nil, "", fmt.Sprintf("it is nothing but pictures, and %s %s", needed, errNoTool)
		}
	}
	for n := 1; n <= min(count, maxScanPages); n++ {
		at := strconv.Itoa(n)
		img, err := s.tools.run(ctx, data, maxPixels*2, "pdftoppm", "-q", "-gray", "-png", "-f", at, "-l", at, "-scale-to", strconv.Itoa(scanPixels), "-")
		if err != nil {
			return pages, "tesseract", reasonOf(err, why)
		}
		text, err := s.ocr(ctx, img)
		if err != nil {
			return pages, "tesseract", reasonOf(err, why)
		}
		pages = append(pages, text)
	}
	if count > maxScanPages {
		why = fmt.Sprintf("no more than its first %d pages were read", maxScanPages)
	}
	return pages, "tesseract", why
}

// reasonOf is why something was not read, with what was known before.
func reasonOf(err error, known string) string {
	if known == "" {
		return reason(err)
	}
	return reason(err) + "; " + known
}
