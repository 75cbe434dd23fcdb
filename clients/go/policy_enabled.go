package botmesh

// enabledPolicy refuses delegations if they are disabled for the mesh or for the agent.
type enabledPolicy struct{ noopPolicy }

func (enabledPolicy) caller(c *call) error { return checkEnabled(c) }
func (enabledPolicy) callee(c *call) error { return checkEnabled(c) }

func checkEnabled(c *call) error {
	switch {
	case c.limits.Enabled:
		return nil
	case !c.ceiling.Enabled:
		return refusal(ReasonDisabled, map[string]any{"scope": "mesh"},
			"delegations are switched off in this mesh: set enabled to true")
	default:
		return refusal(ReasonDisabled, map[string]any{"scope": "agent"}, "delegations are switched off at %s", c.endpoint.agent)
	}
}
