package botmesh

// concurrencyPolicy limits the open delegations per conversation at one instance. A call that joins running work does not
// count.
type concurrencyPolicy struct{ noopPolicy }

// caller counts the call until it is over.
func (concurrencyPolicy) caller(c *call) error { return c.enter(c.endpoint.outgoing, "outgoing") }

// callee counts the call until its work is over, which can be later than the end of the call.
func (concurrencyPolicy) callee(c *call) error {
	if c.joined {
		return nil
	}
	return c.enter(c.endpoint.incoming, "incoming")
}

func (c *call) enter(open map[[2]string]int, direction string) error {
	key, limit := c.chain.concurrencyKey(), c.limits.MaxDelegations
	c.endpoint.mu.Lock()
	defer c.endpoint.mu.Unlock()
	if open[key] >= limit {
		return refusal(ReasonTooManyDelegations, map[string]any{"limit": limit, "direction": direction},
			"%d %s delegations are open in this conversation, the limit is %d: wait for one to end",
			open[key], direction, limit)
	}
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
	return nil
}
