package botmesh

import (
	"context"
	"sort"
	"sync"
	"time"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

const (
	firstSnapshot = 5 * time.Second
	lookUpTimeout = time.Second
)

type agentKey struct{ account, name string }

type directoryEntry struct {
	card      *pb.AgentCard
	instances map[string]*pb.Instance
}

// snapshotNames is what a snapshot has named, and what came after it.
type snapshotNames struct {
	instances map[string]bool
	agents    map[agentKey]bool
	complete  bool
	unknown   bool // whether something of it could not be read: nobody knows what is absent
}

func newSnapshotNames() *snapshotNames {
	return &snapshotNames{instances: map[string]bool{}, agents: map[agentKey]bool{}}
}

// directory is the watched copy of the registry that callers look instances up in. The registry is on nobody's hot
// path: while it is away, or has just started and does not know everybody yet, callers go on with this copy.
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
	snapshot *snapshotNames // nil: nothing is to be removed by absence
	refusal  *Error         // why a registry that answers gives no copy

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

// awaitSnapshot returns when there is a copy, or an error if none comes within so long: REGISTRY_UNREACHABLE only where no registry
// answers.
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

// lookUp makes sure that the copy is as good as the registry about one agent, as far as that takes so long.
func (d *directory) lookUp(ctx context.Context, account, target string, within time.Duration) error {
	if err := d.awaitSnapshot(ctx, min(firstSnapshot, within)); err != nil {
		return err
	}
	if len(d.live(account, target)) == 0 {
		d.refresh(ctx, account, target, within)
	}
	return nil
}

// refresh asks the registry about one agent, whatever the copy says; one that does not answer changes nothing.
func (d *directory) refresh(ctx context.Context, account, target string, within time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, min(lookUpTimeout, within))
	defer cancel()
	if agent, err := d.registry.getAgent(ctx, account, target); err == nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.putAll([]*pb.AgentCard{agent.GetCard()}, agent.GetInstances())
	}
}

// find is the card of an active agent.
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

// live are the instances to call: the ready ones, else the busy ones.
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

// has tells whether an instance holds a lease, as far as we know.
func (d *directory) has(instance string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, ok := d.owner[instance]
	return ok
}

// agents are all agents in the copy, by account and name.
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
