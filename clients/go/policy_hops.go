package botmesh

// hopsPolicy refuses a call that would exceed the hop limit. The limit can only become lower along a chain.
type hopsPolicy struct{ noopPolicy }

func (hopsPolicy) caller(c *call) error { return checkHops(c) }
func (hopsPolicy) callee(c *call) error { return checkHops(c) }

func checkHops(c *call) error {
	c.chain = c.chain.narrowed(c.limits.MaxHops)
	if limit := c.chain.maxHops; c.hops() > limit {
		last := c.target
		if last == "" {
			last = c.endpoint.agent
		}
		return refusal(ReasonHopLimit, map[string]any{"limit": limit},
			"%s is one hop more than the %d allowed", pathText(c.chain.path, last), limit)
	}
	return nil
}
