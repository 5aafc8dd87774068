package access

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter bounds how often each key (a person, an address) may do something.
// It remembers at most a set number of keys and forgets the one that was
// quiet longest, so that a crowd of strangers cannot fill the memory.
type Limiter struct {
	every rate.Limit
	burst int
	most  int
	now   func() time.Time

	mu    sync.Mutex // guards keys and order
	keys  map[string]*list.Element
	order *list.List // front: most recent
}

type bucket struct {
	key string
	lim *rate.Limiter
}

// NewLimiter allows each key burst at once and then one per interval; most
// bounds the keys that it remembers.
func NewLimiter(interval time.Duration, burst, most int, now func() time.Time) *Limiter {
	return &Limiter{every: rate.Every(interval), burst: burst, most: max(most, 1), now: now, keys: map[string]*list.Element{}, order: list.New()}
}

// Allow takes one from the key's allowance and says whether there was one;
// if not, wait is how long until there will be.
func (l *Limiter) Allow(key string) (ok bool, wait time.Duration) {
	now := l.now()
	b := l.bucket(key)
	r := b.ReserveN(now, 1)
	if !r.OK() {
		return false, time.Duration(1<<63 - 1)
	}
	if wait = r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return false, wait
	}
	return true, 0
}

func (l *Limiter) bucket(key string) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e, ok := l.keys[key]; ok {
		l.order.MoveToFront(e)
		return e.Value.(bucket).lim
	}
	if l.order.Len() >= l.most {
		last := l.order.Back()
		delete(l.keys, last.Value.(bucket).key)
		l.order.Remove(last)
	}
	b := bucket{key: key, lim: rate.NewLimiter(l.every, l.burst)}
	l.keys[key] = l.order.PushFront(b)
	return b.lim
}

// Known is how many keys it remembers.
func (l *Limiter) Known() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.order.Len()
}

// AddressKey is the key for a remote address "host:port": the whole address
// for IPv4, the /64 for IPv6, since one household has as many of those
// addresses as it likes.
func AddressKey(remote string) string {
	ap, err := netip.ParseAddrPort(remote)
	if err != nil {
		return "unknown"
	}
	a := ap.Addr().Unmap()
	if a.Is6() {
		if p, err := a.WithZone("").Prefix(64); err == nil {
			return p.String()
		}
	}
	return a.String()
}
