package botmesh

// concurrencyPolicy: only so many delegations are open at once per conversation at one instance. Joining work that
// runs does not count.
type concurrencyPolicy struct{ none }

// caller counts from here until the call is over.
func (concurrencyPolicy) caller(c *call) error { return c.enter(c.end.outgoing, "outgoing") }

// callee counts until the work is over: it can outlast the call.
func (concurrencyPolicy) callee(c *call) error {
	if c.joined {
		return nil
	}
	return c.enter(c.end.incoming, "incoming")
}

func (c *call) enter(open map[[2]string]int, direction string) error {
	key, limit := c.chain.concurrencyKey(), c.limits.MaxDelegations
	c.end.mu.Lock()
	defer c.end.mu.Unlock()
	if open[key] >= limit {
		return refusal(ReasonTooManyDelegations, map[string]any{"limit": limit, "direction": direction},
			"%d %s delegations are open in this conversation, the limit is %d: wait for one to end",
			open[key], direction, limit)
	}
	open[key]++
	leave := func() {
		c.end.mu.Lock()
		defer c.end.mu.Unlock()
		if open[key]--; open[key] == 0 {
			delete(open, key)
		}
	}
	if c.work != nil {
		c.work.onSettled(leave)
	} else {
		c.atEnd = append(c.atEnd, leave)
	}
	return nil
}
