package botmesh

import (
	"context"
	"errors"
	"math/rand/v2"

	"google.golang.org/grpc/codes"

	pb "github.com/botmesh/botmesh/clients/go/botmeshv1"
)

func (d *directory) watch(ctx context.Context) {
	defer close(d.stopped)
	pause := minBackoff
	for ctx.Err() == nil {
		answered, err := d.watchOnce(ctx)
		if answered {
			pause = minBackoff
		}
		d.noteWatchError(err)
		sleep(ctx, pause/2+rand.N(pause/2))
		pause = min(maxBackoff, pause*2)
	}
}

// watchOnce runs one watch until it ends. answered reports whether it applied any response.
func (d *directory) watchOnce(ctx context.Context) (answered bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer func() {
		if caught := recover(); caught != nil {
			err = panicError(d.registry.log, "watching the registry", caught)
		}
	}()
	d.mu.Lock()
	d.snapshot = nil
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

// noteWatchError keeps the refusal of a registry that answers, for awaitSnapshot to return.
func (d *directory) noteWatchError(err error) {
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
		d.refusal = nil // no registry answers any more
	}
}

// skip ignores a response that cannot be parsed. Its names are unknown, so this snapshot removes nothing by absence.
func (d *directory) skip(err error) {
	d.registry.warnLeftOut("a response of its watch", err)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.refusal = d.registry.unreadable()
	if d.snapshot == nil {
		d.snapshot = newSnapshotNames()
	}
	d.snapshot.unknown = true
}

// apply applies one response of the watch to the copy.
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
	if d.snapshot != nil && d.snapshot.complete && !response.Warming {
		d.dropUnnamed()
	}
	d.revision = response.Revision
}

func (d *directory) applySnapshot(snapshot *pb.SnapshotChunk) {
	if d.snapshot == nil || d.snapshot.complete {
		d.snapshot = newSnapshotNames()
	}
	d.putAll(snapshot.Cards, snapshot.Instances)
	if snapshot.Complete {
		d.snapshot.complete = true
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

// putAll applies valid cards and instances; bots make the cards, so they may be invalid. An agent with an invalid card
// keeps its last valid one. An invalid instance is removed.
func (d *directory) putAll(cards []*pb.AgentCard, instances []*pb.Instance) {
	for _, card := range cards {
		if card == nil {
			continue
		}
		key := agentKey{card.AccountId, card.Name}
		if d.snapshot != nil {
			d.snapshot.agents[key] = true
		}
		if err := checkFields(card); err != nil {
			d.registry.warnLeftOut(nameOf(key.account, key.name), err)
			continue
		}
		d.entry(key).card = card
	}
	for _, instance := range instances {
		if err := checkFields(instance); err != nil {
			d.registry.warnLeftOut(nameOf(instance.GetAccountId(), instance.GetAgent()), err)
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
	if d.snapshot != nil {
		d.snapshot.instances[instance.InstanceId] = true
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

// dropUnnamed removes what a complete snapshot did not name. It is called only when the registry no longer warms up.
func (d *directory) dropUnnamed() {
	if d.snapshot.unknown {
		d.snapshot = nil
		return
	}
	for id := range d.owner {
		if !d.snapshot.instances[id] {
			d.removeInstance(id)
		}
	}
	for key := range d.entries {
		if !d.snapshot.agents[key] {
			delete(d.entries, key)
		}
	}
	d.snapshot = nil
}
