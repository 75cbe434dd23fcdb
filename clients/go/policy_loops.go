package botmesh

import "strings"

// loopsPolicy refuses a call to an agent that is already in the path, unless the mesh allows revisits.
type loopsPolicy struct{ noopPolicy }

func (loopsPolicy) caller(c *call) error { return checkLoop(c, c.target) }
func (loopsPolicy) callee(c *call) error { return checkLoop(c, c.endpoint.nameIn(c.chain)) }

func checkLoop(c *call, target string) error {
	if c.limits.AllowRevisits || !c.chain.has(target) {
		return nil
	}
	return refusal(ReasonLoop, nil, "%s already stands in the chain %s: it would wait for itself",
		target, strings.Join(c.chain.path, " → "))
}
