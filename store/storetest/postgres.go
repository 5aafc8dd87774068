package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"ringbreaker.example/store"
)

// Postgres is a PostgreSQL cluster of the tests' own: in a temporary folder,
// on a free port of loopback, gone afterwards. It starts when it is first
// asked for. Its zero value is ready; call Stop at the end of TestMain.
type Postgres struct {
	once    sync.Once
	err     error
	dir     string
	bin     string
	port    int
	as      *syscall.Credential
	schemas atomic.Int64
}

var errNoPostgres = errors.New("PostgreSQL is not installed (Debian: apt-get install postgresql)")

// URL gives a database in which nothing is yet, of the cluster that all tests
// of the process share. Where PostgreSQL is not installed the test is skipped
// aloud, and fails if CI=true.
func (p *Postgres) URL(t testing.TB) string {
	t.Helper()
	p.once.Do(func() { p.err = p.start() })
	if errors.Is(p.err, errNoPostgres) && os.Getenv("CI") != "true" {
		t.Skip("SKIPPED: " + p.err.Error())
	}
	if p.err != nil {
		t.Fatal(p.err)
	}
	schema := "t" + strconv.FormatInt(p.schemas.Add(1), 10)
	db, err := sql.Open("pgx", p.url(""))
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(context.Background(), "CREATE SCHEMA "+schema)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return p.url(schema)
}

// Open opens a database in which nothing is yet.
func (p *Postgres) Open(t testing.TB) *store.DB {
	t.Helper()
	return opened(t, p.URL(t))
}

func opened(t testing.TB, url string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func (p *Postgres) url(schema string) string {
	u := fmt.Sprintf("postgres://ringbreaker@127.0.0.1:%d/postgres?sslmode=disable", p.port)
	if schema != "" {
		u += "&search_path=" + schema
	}
	return u
}

// start makes the cluster. PostgreSQL refuses to run as root, so root runs it
// as the user that Debian's package made.
func (p *Postgres) start() error {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return errNoPostgres
	}
	p.bin = filepath.Dir(found[len(found)-1])
	if p.dir, err = os.MkdirTemp("", "ringbreaker-postgres-"); err != nil {
		return err
	}
	if os.Geteuid() == 0 {
		if err := p.asPostgres(); err != nil {
			return err
		}
	}
	data := filepath.Join(p.dir, "data")
	// An ordinary locale of Debian, not "C": the store must sort by bytes all the same.
	if err := p.run("initdb", "-D", data, "-U", "ringbreaker", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"); err != nil {
		return err
	}
	if p.port, err = freePort(); err != nil {
		return err
	}
	options := fmt.Sprintf("-p %d -h 127.0.0.1 -k %s -c max_connections=200", p.port, p.dir)
	return p.run("pg_ctl", "-D", data, "-w", "-t", "60", "-l", filepath.Join(p.dir, "log"), "-o", options, "start")
}

func (p *Postgres) asPostgres() error {
	u, err := user.Lookup("postgres")
	if err != nil {
		return fmt.Errorf("%w: there is no user postgres to run it as", errNoPostgres)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return err
	}
	p.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(p.dir, uid, gid)
}

func (p *Postgres) run(name string, args ...string) error {
	cmd := exec.Command(filepath.Join(p.bin, name), args...)
	cmd.Dir = p.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	out, err := os.Create(filepath.Join(p.dir, name+".out")) // a file: the server that pg_ctl leaves behind would keep a pipe open
	if err != nil {
		return err
	}
	cmd.Stdout, cmd.Stderr = out, out
	if err := errors.Join(cmd.Run(), out.Close()); err != nil {
		said, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(said))
	}
	return nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	addr, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return 0, errors.Join(errors.New("loopback gave no TCP port"), l.Close())
	}
	return addr.Port, l.Close()
}

// Stop ends the cluster, if it was started, and removes its folder.
func (p *Postgres) Stop() error {
	if p.dir == "" {
		return nil
	}
	var err error
	if p.port != 0 {
		err = p.run("pg_ctl", "-D", filepath.Join(p.dir, "data"), "-m", "immediate", "-w", "stop")
	}
	return errors.Join(err, os.RemoveAll(p.dir))
}
