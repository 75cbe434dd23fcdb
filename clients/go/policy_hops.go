package botmesh

// hopsPolicy refuses the call that would be one hop too many. The limit narrows along the chain and never widens.
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
