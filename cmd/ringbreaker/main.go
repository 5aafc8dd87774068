// Command ringbreaker is the whole system in one binary: a node, its care,
// and the file commands that need no node.
//
//	report files ─▶ extract ─▶ link ─▶ explain, score        (no node)
//	transfers    ─▶ trace                                     (no node)
//	a package    ─▶ referral verify                           (no node, no network)
//	a data folder ─▶ serve, import, match, referral, export   (a node)
//
// Exit codes: 0 done, 1 the answer is no, 2 usage, 3 could not. Errors are
// one line on standard error and say what to do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// command is one subcommand. Its run gets the arguments after its name.
type command struct {
	name    string
	args    string // after the name, for the usage line
	does    string // one line
	example string
	run     func(ctx context.Context, c *call) error
}

// call is one run of a command: where it reads and writes, and its flags.
type call struct {
	flags  *flag.FlagSet
	args   []string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

// The exit codes of DESIGN §5.
const (
	exitDone  = 0
	exitNo    = 1
	exitUsage = 2
	exitFault = 3
)

// patience is how long an orderly end may take: a node gives its visitors ten
// seconds.
const patience = 15 * time.Second

// errNo says that a command worked and its answer is no: the package does
// not verify, the store is not sound.
var errNo = errors.New("no")

// usageError is a mistake in how the command was called.
type usageError struct{ says string }

func (e usageError) Error() string { return e.says }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }

// commands lists every subcommand in the order in which help shows them.
func commands() []command {
	return []command{
		demoCommand(), serveCommand(), importCommand(), extractCommand(), linkCommand(), explainCommand(),
		scoreCommand(), synthCommand(), traceCommand(), matchCommand(), jointCommand(), referralCommand(), agencyCommand(), checkCommand(),
		exportCommand(), reportCommand(), fsckCommand(), backupCommand(), restoreCommand(), keygenCommand(), userCommand(), peerCommand(),
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		// The first signal asks for an orderly end; work that does not hear it
		// is ended after a while, and a second signal ends it at once.
		<-ctx.Done()
		stop()
		time.Sleep(patience)
		fmt.Fprintln(os.Stderr, "ringbreaker: stopped before it was done; run it again")
		os.Exit(exitFault)
	}()
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	os.Exit(code)
}

// run is main without the process: tests call it.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) == 0 || args[0] == "-h" || args[0] == "--help" || args[0] == "help" {
		overview(stdout)
		if len(args) == 0 {
			return exitUsage
		}
		return exitDone
	}
	for _, cmd := range commands() {
		if cmd.name == args[0] {
			return cmd.start(ctx, args[1:], stdin, stdout, stderr)
		}
	}
	fmt.Fprintf(stderr, "ringbreaker: there is no command %q; `ringbreaker help` lists them\n", args[0])
	return exitUsage
}

func overview(w io.Writer) {
	fmt.Fprint(w, "ringbreaker: break tech-support-fraud rings together\n\n")
	for _, cmd := range commands() {
		fmt.Fprintf(w, "  %-9s %s\n", cmd.name, cmd.does)
	}
	fmt.Fprint(w, "\n`ringbreaker COMMAND -h` shows a command's flags and an example.\n")
}

func (cmd command) start(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := &call{flags: flag.NewFlagSet(cmd.name, flag.ContinueOnError), args: args, stdin: stdin, stdout: stdout, stderr: stderr}
	c.flags.SetOutput(io.Discard)
	err := cmd.run(ctx, c)
	var usage usageError
	switch {
	case err == nil:
		return exitDone
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintf(stdout, "usage: ringbreaker %s %s\n\n%s\n\n", cmd.name, cmd.args, cmd.does)
		c.flags.SetOutput(stdout)
		c.flags.PrintDefaults()
		fmt.Fprintf(stdout, "\nexample:\n  %s\n", cmd.example)
		return exitDone
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "ringbreaker %s: %s; see `ringbreaker %s -h`\n", cmd.name, oneLine(err), cmd.name)
		return exitUsage
	case errors.Is(err, errNo):
		fmt.Fprintf(stderr, "ringbreaker %s: %s\n", cmd.name, oneLine(err))
		return exitNo
	default:
		fmt.Fprintf(stderr, "ringbreaker %s: %s\n", cmd.name, oneLine(err))
		return exitFault
	}
}

// oneLine is an error as one line. A file that is not there is said in words
// of a person, not of the system; so is a node that does not run.
func oneLine(err error) string {
	s := strings.Join(strings.Fields(err.Error()), " ")
	var path *fs.PathError
	if errors.As(err, &path) && errors.Is(err, fs.ErrNotExist) {
		return strings.Replace(s, path.Error(), fmt.Sprintf("there is no file %s; check the path", path.Path), 1)
	}
	var asked *url.Error
	if errors.As(err, &asked) && errors.Is(err, syscall.ECONNREFUSED) {
		if at, parsed := url.Parse(asked.URL); parsed == nil {
			return strings.Replace(s, asked.Error(), fmt.Sprintf("nothing answers at %s; try again when that node runs", at.Host), 1)
		}
	}
	return s
}

// parse reads the flags; what is wrong with them is a usage error. A flag
// behind the first argument is one too: it would be read as an argument, and
// the command would work without it and say nothing. Behind "--" all is text.
func (c *call) parse() error {
	err := c.flags.Parse(c.args)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		return usageError{err.Error()}
	}
	if first := len(c.args) - c.flags.NArg(); err != nil || first > 0 && c.args[first-1] == "--" {
		return err
	}
	for _, a := range c.flags.Args() {
		name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(a, "-"), "-"), "=")
		if strings.HasPrefix(a, "-") && c.flags.Lookup(name) != nil {
			return usagef("-%s goes before %q, or it is not read as a flag (put -- first where it is text)", name, c.flags.Arg(0))
		}
	}
	return nil
}

// parseAlone is parse for a command that takes flags alone.
func (c *call) parseAlone() error {
	if err := c.parse(); err != nil {
		return err
	}
	return c.alone()
}

// alone refuses arguments where only flags are read: what somebody named
// would be left out in silence.
func (c *call) alone() error {
	if c.flags.NArg() > 0 {
		return usagef("this takes flags alone, not %q", c.flags.Arg(0))
	}
	return nil
}

// need returns a usage error if a flag that must be given was not.
func (c *call) need(names ...string) error {
	for _, n := range names {
		if f := c.flags.Lookup(n); f != nil && f.Value.String() == "" {
			return usagef("-%s is missing", n)
		}
	}
	return nil
}

// no is an answer of no, with what made it so.
func no(format string, args ...any) error {
	return fmt.Errorf(format+"%w", append(args, quiet{})...)
}

// quiet wraps errNo without adding its text to the line.
type quiet struct{}

func (quiet) Error() string { return "" }
func (quiet) Unwrap() error { return errNo }
