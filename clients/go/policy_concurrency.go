package botmesh

// concurrencyPolicy limits the open delegations per conversation. Incoming delegations are counted at this instance. Outgoing
// ones are counted here, at the agents of the path and, as of the last heartbeat, at all other instances of the account. A call
// that joins running work does not count.
type concurrencyPolicy struct{ noopPolicy }

// caller counts the call until it is over, and tells the callee how many delegations are open.
func (concurrencyPolicy) caller(c *call) error {
	e, key, limit := c.endpoint, c.chain.concurrencyKey(), c.limits.MaxDelegations
	e.mu.Lock()
	defer e.mu.Unlock()
	own, others := e.outgoing[key], c.chain.open
	if key[0] == e.account {
		others = max(others, e.elsewhere[key[1]]) // those of the path are among those of all instances
	}
	if own+others >= limit {
		return refusal(ReasonTooManyDelegations, map[string]any{"limit": limit, "direction": "outgoing"},
			"%d outgoing delegations are open here and %d elsewhere in this conversation, the limit is %d: wait for one to end",
			own, others, limit)
	}
	if e.agent != "" { // a client is in no path, so its calls do not count for the callee
		c.chain.open = min(c.chain.open+own+1, maxOpen)
	}
	c.enter(e.outgoing, key)
	if key[0] == e.account && own+1 == manyOpen {
		e.onMany()
	}
	return nil
}

// callee counts the call until its work is over, which can be later than the end of the call.
func (concurrencyPolicy) callee(c *call) error {
	if c.joined {
		return nil
	}
	key, limit := c.chain.concurrencyKey(), c.limits.MaxDelegations
	c.endpoint.mu.Lock()
	defer c.endpoint.mu.Unlock()
	if open := c.endpoint.incoming[key]; open >= limit {
		return refusal(ReasonTooManyDelegations, map[string]any{"limit": limit, "direction": "incoming"},
			"%d incoming delegations are open in this conversation, the limit is %d: wait for one to end", open, limit)
	}
	c.enter(c.endpoint.incoming, key)
	return nil
}

// enter counts the call until it, or its work, is over. The caller holds the lock of the endpoint.
func (c *call) enter(open map[[2]string]int, key [2]string) {
	open[key]++
	leave := func() {
		c.endpoint.mu.Lock()
		defer c.endpoint.mu.Unlock()
		if open[key]--; open[key] == 0 {
			delete(open, key)
		}
	}
	if c.work != nil {
		c.work.onSettled(leave)
	} else {
		c.cleanups = append(c.cleanups, leave)
	}
}
