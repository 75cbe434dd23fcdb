package botmesh

import (
	"context"
	"errors"
	"math/rand/v2"
	"sort"
	"sync"
	"time"

	"google.golang.org/grpc/codes"

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

// named is what a snapshot has named, and what came after it.
type named struct {
	instances map[string]bool
	agents    map[agentKey]bool
	complete  bool
	unknown   bool // whether something of it could not be read: nobody knows what is absent
}

func newNamed() *named { return &named{instances: map[string]bool{}, agents: map[agentKey]bool{}} }

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
	named    *named // nil: nothing is to be removed by absence
	refusal  *Error // why a registry that answers gives no copy

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

// wait returns when there is a copy, or an error if none comes within so long: REGISTRY_UNREACHABLE only where no registry
// answers.
func (d *directory) wait(ctx context.Context, within time.Duration) error {
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
	if err := d.wait(ctx, min(firstSnapshot, within)); err != nil {
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
		return nil, refusal(ReasonUnknownAgent, map[string]any{"nearest": joined(close)},
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
	for _, one := range entry.instances {
		switch one.Readiness {
		case pb.Readiness_READINESS_READY, pb.Readiness_READINESS_UNSPECIFIED:
			ready = append(ready, one)
		case pb.Readiness_READINESS_BUSY:
			busy = append(busy, one)
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
	found := make([]*pb.Agent, 0, len(d.entries))
	for _, entry := range d.entries {
		agent := &pb.Agent{Card: entry.card}
		for _, one := range entry.instances {
			agent.Instances = append(agent.Instances, one)
		}
		found = append(found, agent)
	}
	sort.Slice(found, func(i, j int) bool {
		a, b := found[i].Card, found[j].Card
		return a.AccountId < b.AccountId || a.AccountId == b.AccountId && a.Name < b.Name
	})
	return found
}

func (d *directory) close() {
	d.begin.Do(func() { close(d.stopped) })
	if d.cancel != nil {
		d.cancel()
	}
	<-d.stopped
}

func (d *directory) watch(ctx context.Context) {
	defer close(d.stopped)
	pause := backoffLeast
	for ctx.Err() == nil {
		answered, err := d.watchOnce(ctx)
		if answered {
			pause = backoffLeast
		}
		d.ended(err)
		sleep(ctx, pause/2+rand.N(pause/2))
		pause = min(backoffMost, pause*2)
	}
}

// watchOnce takes in what the registry says until that ends; whether anything could be taken in.
func (d *directory) watchOnce(ctx context.Context) (answered bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer func() {
		if caught := recover(); caught != nil {
			err = caughtPanic(d.registry.log, "watching the registry", caught)
		}
	}()
	d.mu.Lock()
	d.named = nil
	request := &pb.WatchAgentsRequest{AccountId: d.account, Since: d.revision}
	d.mu.Unlock()
	stream, err := d.registry.stub.WatchAgents(ctx, request)
	for err == nil {
		var response *pb.WatchAgentsResponse
		response, err = stream.Recv()
		if errors.Is(err, ReasonInvalidField) {
			d.skip(err)
			err = nil
			continue
		}
		if err == nil {
			d.apply(response)
			d.onChange()
			answered = true
		}
	}
	return answered, err
}

// ended notes why a registry that answers gives no copy: it has refused the watch.
func (d *directory) ended(err error) {
	e := asError(err)
	if e == nil {
		return
	}
	d.registry.log.Debug("the watch of the registry ended", "error", e)
	d.mu.Lock()
	defer d.mu.Unlock()
	if e.FromPeer && e.Reason != ReasonUnspecified && e.Code != codes.Unavailable {
		d.refusal = e
	} else if e.Code == codes.Unavailable {
		d.refusal = nil // nobody answers any more
	}
}

// skip leaves out a response that cannot be read. What it named is not known: nothing is removed by absence.
func (d *directory) skip(err error) {
	d.registry.leftOut("a response of its watch", err)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refusal = d.registry.unreadable()
	if d.named == nil {
		d.named = newNamed()
	}
	d.named.unknown = true
}

// apply takes in one step of the watch.
func (d *directory) apply(response *pb.WatchAgentsResponse) {
	if response.Limits != nil && d.registry.isUsable(response.Limits) {
		d.onLimits(limitsFrom(response.Limits))
	}
	if response.TraceEndpoint != "" {
		d.onTraceEndpoint(response.TraceEndpoint)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if snapshot := response.GetSnapshot(); snapshot != nil {
		d.applySnapshot(snapshot)
	}
	if changes := response.GetChanges(); changes != nil {
		d.applyChanges(changes, response.Warming)
	}
	if d.named != nil && d.named.complete && !response.Warming {
		d.dropUnnamed()
	}
	d.revision = response.Revision
}

func (d *directory) applySnapshot(snapshot *pb.SnapshotChunk) {
	if d.named == nil || d.named.complete {
		d.named = newNamed()
	}
	d.putAll(snapshot.Cards, snapshot.Instances)
	if snapshot.Complete {
		d.named.complete = true
		d.readyOnce.Do(func() { close(d.ready) })
	}
}

func (d *directory) applyChanges(changes *pb.AgentChanges, warming bool) {
	d.putAll(changes.Cards, changes.Instances)
	for _, id := range changes.RemovedInstances {
		d.removeInstance(id)
	}
	if !warming {
		for _, key := range changes.RemovedAgents {
			delete(d.entries, agentKey{key.AccountId, key.Name})
		}
	}
}

// putAll takes in what can be used: bots made the cards. An agent keeps its last card that could be, and an instance
// that cannot be used is none.
func (d *directory) putAll(cards []*pb.AgentCard, instances []*pb.Instance) {
	for _, card := range cards {
		if card == nil {
			continue
		}
		key := agentKey{card.AccountId, card.Name}
		if d.named != nil {
			d.named.agents[key] = true
		}
		if err := checkFields(card); err != nil {
			d.registry.leftOut(nameOf(key.account, key.name), err)
			continue
		}
		d.entry(key).card = card
	}
	for _, instance := range instances {
		if err := checkFields(instance); err != nil {
			d.registry.leftOut(nameOf(instance.GetAccountId(), instance.GetAgent()), err)
			d.removeInstance(instance.GetInstanceId())
			continue
		}
		d.putInstance(instance)
	}
}

func (d *directory) putInstance(instance *pb.Instance) {
	key := agentKey{instance.AccountId, instance.Agent}
	d.entry(key).instances[instance.InstanceId] = instance
	d.owner[instance.InstanceId] = key
	if d.named != nil {
		d.named.instances[instance.InstanceId] = true
	}
}

func (d *directory) entry(key agentKey) *directoryEntry {
	if d.entries[key] == nil {
		d.entries[key] = &directoryEntry{
			card: &pb.AgentCard{AccountId: key.account, Name: key.name}, instances: map[string]*pb.Instance{},
		}
	}
	return d.entries[key]
}

func (d *directory) removeInstance(id string) {
	if entry := d.entries[d.owner[id]]; entry != nil {
		delete(entry.instances, id)
	}
	delete(d.owner, id)
}

// dropUnnamed: a snapshot is complete and its registry warm; what it did not name is gone.
func (d *directory) dropUnnamed() {
	if d.named.unknown {
		d.named = nil
		return
	}
	for id := range d.owner {
		if !d.named.instances[id] {
			d.removeInstance(id)
		}
	}
	for key := range d.entries {
		if !d.named.agents[key] {
			delete(d.entries, key)
		}
	}
	d.named = nil
}

func (d *directory) key(account, target string) agentKey {
	owner, name := splitName(target)
	if owner == "" {
		owner = account
	}
	return agentKey{owner, name}
}
