package botmesh

import (
	"context"
	"sort"
	"sync"
	"time"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const (
	firstSnapshot = 5 * time.Second // to wait for the first snapshot
	lookUpTimeout = time.Second     // of GetAgent
)

type agentKey struct{ account, name string }

type directoryEntry struct {
	card      *pb.AgentCard
	instances map[string]*pb.Instance
}

// snapshotNames holds the names in a snapshot and in the changes after it. Entries of the copy that it lacks are removed.
type snapshotNames struct {
	instances map[string]bool
	agents    map[agentKey]bool
	complete  bool
	unknown   bool // whether a part of the snapshot could not be parsed, so that absence proves nothing
}

func newSnapshotNames() *snapshotNames {
	return &snapshotNames{instances: map[string]bool{}, agents: map[agentKey]bool{}}
}

// directory is a watched copy of the registry in which callers look instances up. Calls do not go through the registry:
// while it is down, or has just restarted and does not know all instances yet, callers use this copy.
type directory struct {
	account         string
	registry        *registryClient
	onLimits        func(Limits)
	onTraceEndpoint func(string)
	onChange        func() // after every change of the copy

	mu       sync.Mutex
	entries  map[agentKey]*directoryEntry
	owner    map[string]agentKey
	revision string
	snapshot *snapshotNames // nil: absence removes nothing
	refusal  *Error         // why the registry answers but gives no snapshot

	begin     sync.Once
	ready     chan struct{}
	readyOnce sync.Once
	cancel    context.CancelFunc
	stopped   chan struct{}
}

func newDirectory(account string, registry *registryClient) *directory {
	return &directory{
		account: account, registry: registry, entries: map[agentKey]*directoryEntry{}, owner: map[string]agentKey{},
		ready: make(chan struct{}), stopped: make(chan struct{}),
		onLimits: func(Limits) {}, onTraceEndpoint: func(string) {}, onChange: func() {},
	}
}

// awaitSnapshot waits for the first snapshot, and starts the watch if it does not run yet. If none arrives in time it
// returns the registry's refusal, or REGISTRY_UNREACHABLE if no registry answers.
func (d *directory) awaitSnapshot(ctx context.Context, within time.Duration) error {
	d.begin.Do(func() {
		watching, cancel := context.WithCancel(context.Background())
		d.cancel = cancel
		go d.watch(watching)
	})
	late := time.NewTimer(within)
	defer late.Stop()
	select {
	case <-d.ready:
		return nil
	case <-ctx.Done():
		return asError(ctx.Err())
	case <-late.C:
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.refusal != nil {
			return d.refusal
		}
		return d.registry.unreachable()
	}
}

// lookUp waits for the first snapshot. If the copy has no live instance of the agent, it also asks the registry.
func (d *directory) lookUp(ctx context.Context, account, target string, within time.Duration) error {
	if err := d.awaitSnapshot(ctx, min(firstSnapshot, within)); err != nil {
		return err
	}
	if len(d.live(account, target)) == 0 {
		d.refresh(ctx, account, target, within)
	}
	return nil
}

// refresh updates one agent from the registry. If the registry does not answer, the copy stays as it is.
func (d *directory) refresh(ctx context.Context, account, target string, within time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, min(lookUpTimeout, within))
	defer cancel()
	if agent, err := d.registry.getAgent(ctx, account, target); err == nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.putAll([]*pb.AgentCard{agent.GetCard()}, agent.GetInstances())
	}
}

// find returns the card of an agent with a live instance. It fails with UNKNOWN_AGENT or NO_LIVE_INSTANCE.
func (d *directory) find(account, target string) (*pb.AgentCard, error) {
	d.mu.Lock()
	entry := d.entries[d.key(account, target)]
	var known []string
	if entry == nil || entry.card.AccountId != account && !entry.card.Shared {
		for key := range d.entries {
			if key.account == account {
				known = append(known, key.name)
			}
		}
		d.mu.Unlock()
		close := nearest(target, known)
		return nil, refusal(ReasonUnknownAgent, map[string]any{"nearest": joinNames(close)},
			"no agent %q is registered.%s", target, didYouMean(close))
	}
	d.mu.Unlock()
	if len(d.live(account, target)) == 0 {
		return nil, refusal(ReasonNoLiveInstance, map[string]any{"agent": target},
			"%s is known, but no instance of it is ready: start one", target)
	}
	return entry.card, nil
}

// live returns the instances to call, ordered by id: the ready ones, or the busy ones if none is ready.
func (d *directory) live(account, target string) []*pb.Instance {
	d.mu.Lock()
	defer d.mu.Unlock()
	entry := d.entries[d.key(account, target)]
	if entry == nil {
		return nil
	}
	var ready, busy []*pb.Instance
	for _, instance := range entry.instances {
		switch instance.Readiness {
		case pb.Readiness_READINESS_READY, pb.Readiness_READINESS_UNSPECIFIED:
			ready = append(ready, instance)
		case pb.Readiness_READINESS_BUSY:
			busy = append(busy, instance)
		}
	}
	if len(ready) == 0 {
		ready = busy
	}
	sort.Slice(ready, func(i, j int) bool { return ready[i].InstanceId < ready[j].InstanceId })
	return ready
}

// has reports whether the copy holds the instance.
func (d *directory) has(instance string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, ok := d.owner[instance]
	return ok
}

// agents returns all agents in the copy, ordered by account and name.
func (d *directory) agents() []*pb.Agent {
	d.mu.Lock()
	defer d.mu.Unlock()
	agents := make([]*pb.Agent, 0, len(d.entries))
	for _, entry := range d.entries {
		agent := &pb.Agent{Card: entry.card}
		for _, instance := range entry.instances {
			agent.Instances = append(agent.Instances, instance)
		}
		agents = append(agents, agent)
	}
	sort.Slice(agents, func(i, j int) bool {
		a, b := agents[i].Card, agents[j].Card
		return a.AccountId < b.AccountId || a.AccountId == b.AccountId && a.Name < b.Name
	})
	return agents
}

func (d *directory) close() {
	d.begin.Do(func() { close(d.stopped) })
	if d.cancel != nil {
		d.cancel()
	}
	<-d.stopped
}

func (d *directory) key(account, target string) agentKey {
	owner, name := splitName(target)
	if owner == "" {
		owner = account
	}
	return agentKey{owner, name}
}
