package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	_ "image/gif"  // decoders that image.Decode finds
	_ "image/jpeg" //
	_ "image/png"  //
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	_ "golang.org/x/image/bmp"  //
	_ "golang.org/x/image/tiff" //
	_ "golang.org/x/image/webp" //
)

// Limits of images, by their decoded size: a few kilobytes can unpack to
// gigabytes.
const (
	maxPixels = 25 << 20 // a phone's photograph has 12 megapixels, a large screen 8
	minSide   = 40       // pixels; smaller ones are icons and hold no line of text
)

// ocrLanguages are those of our pages; what of them is not installed is left
// out. English is last: the others know its letters, and order is preference.
var ocrLanguages = []string{"eng", "deu", "fra", "spa", "hin", "jpn"}

// ocr reads the text of an image with tesseract. The image is decoded here,
// in Go, and handed over as plain grey pixels: tesseract's own decoders never
// see foreign bytes.
func (s *Service) ocr(ctx context.Context, data []byte) (string, error) {
	if _, err := s.tools.find("tesseract"); err != nil {
		return "", fmt.Errorf("tesseract %w", errNoTool)
	}
	grey, err := greyPixels(data)
	if err != nil {
		return "", err
	}
	langs := s.languages(ctx)
	if langs == "" {
		return "", errors.New("tesseract has no language that is used here")
	}
	text, sure, err := s.look(ctx, grey, langs)
	if err != nil || sure >= uprightSure {
		return text, err
	}
	// Tesseract finds lines that stand upright or lie on their side by itself, but reads what is upside
	// down as nonsense, of which it is not sure.
	turned, surer, err := s.look(ctx, upsideDown(grey), langs)
	if err == nil && surer > sure {
		return turned, nil
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	return text, nil
}

// uprightSure is the mean confidence, of 100, from which a reading is not
// tried again upside down: blurred and slanted pictures of alerts read upright have
// 53 to 96, upside down 24 to 55.
const uprightSure = 70

// look is one reading of a grey map: its text, and how sure tesseract is of
// it, from 0 to 100, letter by letter.
func (s *Service) look(ctx context.Context, grey []byte, langs string) (text string, sure float64, err error) {
	out, err := s.tools.run(ctx, grey, maxTable, "tesseract", "stdin", "stdout", "-l", langs, "--psm", "3", "tsv")
	if err != nil && !errors.Is(err, errTooBig) {
		return "", 0, err
	}
	text, sure = wordsOf(string(out))
	return cut(text, maxToolText), sure, nil
}

// maxTable is the most of tesseract's table that is taken: sixty bytes a word
// beside the word.
const maxTable = 8 * maxToolText

// wordsOf reads the table that tesseract writes: a line for each word with its block,
// paragraph, line, confidence and letters.
func wordsOf(table string) (text string, sure float64) {
	var b strings.Builder
	var sum, letters float64
	last := []string{"", "", ""}
	for line := range strings.Lines(table) {
		col := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(col) != 12 || col[0] != "5" || strings.TrimSpace(col[11]) == "" {
			continue
		}
		confidence, err := strconv.ParseFloat(col[10], 64)
		if err != nil {
			continue
		}
		switch at := col[2:5]; {
		case b.Len() == 0:
		case at[0] != last[0] || at[1] != last[1]:
			b.WriteString("\n\n")
		case at[2] != last[2]:
			b.WriteByte('\n')
		default:
			b.WriteByte(' ')
		}
		b.WriteString(col[11])
		last = col[2:5]
		n := float64(utf8.RuneCountInString(col[11]))
		sum, letters = sum+confidence*n, letters+n
	}
	if letters == 0 {
		return "", 0
	}
	return readable(b.String()), sum / letters
}

// upsideDown turns a grey map by half a turn: its pixels from the last to the
// first.
func upsideDown(grey []byte) []byte {
	head := 0
	for range 3 { // lines: the magic, the sizes, the whitest value
		head += bytes.IndexByte(grey[head:], '\n') + 1
	}
	out := slices.Clone(grey)
	slices.Reverse(out[head:])
	return out
}

// languages are the ones of ours that tesseract has, asked once.
func (s *Service) languages(ctx context.Context) string {
	s.langs.once.Do(func() {
		out, err := s.tools.run(context.WithoutCancel(ctx), nil, maxToolText, "tesseract", "--list-langs")
		if err != nil {
			return
		}
		have := strings.Fields(string(out))
		var use []string
		for _, l := range ocrLanguages {
			if slices.Contains(have, l) {
				use = append(use, l)
			}
		}
		s.langs.list = strings.Join(use, "+")
	})
	return s.langs.list
}

// spoken is what tesseract can read, found out once for a service.
type spoken struct {
	once sync.Once
	list string
}

// greyPixels decodes an image and writes it as a portable grey map (netpbm
// "P5"), which holds nothing but its size and its pixels.
func greyPixels(data []byte) ([]byte, error) {
	head, _, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil:
		return nil, errors.New("it is an image of a kind that is not read")
	case head.Width < minSide || head.Height < minSide:
		return nil, errors.New("it is too small to hold text")
	case int64(head.Width)*int64(head.Height) > maxPixels:
		return nil, fmt.Errorf("it has %d × %d pixels, the most is %d", head.Width, head.Height, maxPixels)
	}
	img, err := decodeImage(data)
	if err != nil {
		return nil, err
	}
	b := img.Bounds()
	if int64(b.Dx())*int64(b.Dy()) > maxPixels || b.Empty() {
		return nil, errors.New("it is a damaged image")
	}
	// What is transparent is shown on white by every reader of mail.
	grey := image.NewGray(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(grey, grey.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(grey, grey.Rect, img, b.Min, draw.Over)
	out := fmt.Appendf(nil, "P5\n%d %d\n255\n", b.Dx(), b.Dy())
	return append(out, grey.Pix...), nil
}

// decodeImage is image.Decode; a decoder's panic on hostile bytes is the
// image's fault and not ours.
func decodeImage(data []byte) (img image.Image, err error) {
	defer func() {
		if recover() != nil {
			img, err = nil, errors.New("it is a damaged image")
		}
	}()
	img, _, err = image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, errors.New("it is a damaged image")
	}
	return img, nil
}

// readable is text without what no page shows: control signs, and more than
// two line ends in a row.
func readable(s string) string {
	s = strings.Map(func(c rune) rune {
		if c < ' ' && c != '\n' && c != '\t' || c == 0x7f || c == '\ufffd' {
			return -1
		}
		return c
	}, strings.ToValidUTF8(strings.ReplaceAll(s, "\r\n", "\n"), ""))
	for strings.Contains(s, "\n\n\n") {
		s = strings.ReplaceAll(s, "\n\n\n", "\n\n")
	}
	return strings.TrimSpace(s)
}
