package botmesh

// errorsPolicy lets every error that leaves this end say who raised it, at which hop, and in which trace.
type errorsPolicy struct{ noopPolicy }

func (errorsPolicy) appliesTo() methodClass { return always }

func (errorsPolicy) finish(c *call) {
	e := c.err
	if e == nil || e.FromPeer || e.Agent != "" || e.TraceID != "" {
		return // a peer or an inner call said so already
	}
	completed := *e // one outcome may be told to several calls
	completed.Agent, completed.Instance = c.endpoint.agent, c.endpoint.instance
	completed.Hop, completed.Path, completed.TraceID = c.hops(), c.chain.path, traceID(c.span)
	c.err = &completed
}
