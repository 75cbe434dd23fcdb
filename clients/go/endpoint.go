package botmesh

import (
	"log/slog"
	"sync"
	"sync/atomic"
)

// endpoint is the state that all calls of this process share: identity, limits, directory, work and counters.
type endpoint struct {
	telemetry *telemetry
	log       *slog.Logger
	account   string
	agent     string // the agent that this process serves; empty in a client
	instance  string
	shared    bool // whether other accounts may call this agent
	directory *directory
	works     *workTable
	stats     stats
	draining  atomic.Bool

	mu       sync.Mutex
	ceiling  Limits // of the mesh
	limits   Limits // of the mesh, narrowed by environment and agent
	narrow   []Narrow
	incoming map[[2]string]int // open delegations to this instance, by conversation
	outgoing map[[2]string]int // open delegations of this instance, by conversation

	elsewhere map[string]int // open delegations of other instances, by conversation of this account; from the last heartbeat
	onMany    func()         // called when a conversation of this account reaches manyOpen outgoing delegations; must not block
}

func newEndpoint(account string, settings Settings, narrow ...Narrow) *endpoint {
	e := &endpoint{
		account: account, incoming: map[[2]string]int{}, outgoing: map[[2]string]int{},
		narrow: append([]Narrow{settings.Narrow}, narrow...), works: newWorkTable(settings),
		log: slog.Default(), onMany: func() {},
	}
	e.setCeiling(DefaultLimits())
	return e
}

// setCeiling sets the mesh's limits and applies the environment's and the agent's to them.
func (e *endpoint) setCeiling(limits Limits) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ceiling, e.limits = limits, limits
	for _, narrow := range e.narrow {
		e.limits = e.limits.narrow(narrow)
	}
}

func (e *endpoint) currentLimits() (ceiling, limits Limits) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ceiling, e.limits
}

// nameIn returns this agent's name in a chain's path: account/name outside its own account.
func (e *endpoint) nameIn(c chain) string {
	if e.account == c.accountID {
		return e.agent
	}
	return e.account + "/" + e.agent
}
