package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// Limits of a program that reads an attachment for us. What hostile bytes do
// to it stays in its process, which may have so much and no more.
const (
	toolMemory  = 1 << 30          // address space; a page of 8 megapixels needs a tenth
	toolCPU     = 20 * time.Second // of processor time, by the kernel's count
	toolTime    = 30 * time.Second // by the clock: the machine may be busy
	toolsAtOnce = 2                // over all mails: readers must not starve the node
	maxToolText = 1 << 20          // bytes of text that are taken of one run
)

var (
	errNoTool = errors.New("is not installed on this node")
	errTooLow = errors.New("ran out of time")
	errTooBig = errors.New("gave more than is taken")
)

// tools runs other programs: never by a shell, with no environment but what
// they need, no file of ours open, and limits that the kernel keeps.
type tools struct {
	find  func(name string) (path string, err error)
	slots chan struct{}
}

func newTools(find func(string) (string, error)) *tools {
	if find == nil {
		find = exec.LookPath
	}
	return &tools{find: find, slots: make(chan struct{}, toolsAtOnce)}
}

// run gives in to the program's standard input and returns what it printed,
// at most most bytes of it. Errors name the program, and nothing of in.
func (t *tools) run(ctx context.Context, in []byte, most int, name string, args ...string) ([]byte, error) {
	path, err := t.find(name)
	if err != nil {
		return nil, fmt.Errorf("%s %w", name, errNoTool)
	}
	select {
	case t.slots <- struct{}{}:
		defer func() { <-t.slots }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	limited, stop := context.WithTimeout(ctx, toolTime)
	defer stop()
	cmd := exec.CommandContext(limited, path, args...)
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "OMP_THREAD_LIMIT=1"}
	cmd.Dir = "/"
	cmd.WaitDelay = 2 * time.Second
	out := &capped{most: most, full: stop}
	cmd.Stdin, cmd.Stdout = bytes.NewReader(in), out
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s could not be started", name)
	}
	limit(cmd.Process.Pid)
	err = cmd.Wait()
	switch {
	case out.over:
		return out.b.Bytes(), fmt.Errorf("%s %w", name, errTooBig)
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case limited.Err() != nil:
		return nil, fmt.Errorf("%s %w", name, errTooLow)
	case err != nil:
		return nil, fmt.Errorf("%s could not read it", name)
	}
	return out.b.Bytes(), nil
}

// capped keeps the first most bytes and ends the program that writes more.
type capped struct {
	b    bytes.Buffer
	most int
	over bool
	full func()
}

func (c *capped) Write(p []byte) (int, error) {
	room := c.most - c.b.Len()
	if len(p) > room {
		c.b.Write(p[:room])
		c.over = true
		c.full()
		return room, errTooBig
	}
	return c.b.Write(p)
}
