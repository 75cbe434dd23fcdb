package botmesh

// errorsPolicy adds agent, instance, hop, path and trace id to each error that this end raises.
type errorsPolicy struct{ noopPolicy }

func (errorsPolicy) appliesTo() methodClass { return always }

func (errorsPolicy) finish(c *call) {
	e := c.err
	if e == nil || e.FromPeer || e.Agent != "" || e.TraceID != "" {
		return // a peer or an inner call has set them
	}
	completed := *e // several calls may share one outcome
	completed.Agent, completed.Instance = c.endpoint.agent, c.endpoint.instance
	completed.Hop, completed.Path, completed.TraceID = c.hops(), c.chain.path, traceID(c.span)
	c.err = &completed
}
