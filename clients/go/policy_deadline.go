package botmesh

import "time"

// deadlinePolicy gives every call a deadline, and a child call an earlier one than its parent. At the callee the deadline
// also ends the work itself (work.go).
type deadlinePolicy struct{ noopPolicy }

func (deadlinePolicy) appliesTo() methodClass { return work | control }

// caller uses the requested timeout or the default, and shortens it to fit into the parent's (childTimeout).
func (deadlinePolicy) caller(c *call) error {
	timeout := min(c.limits.DefaultTimeout, c.limits.MaxTimeout)
	if c.hasTimeout {
		if c.requestedTimeout <= 0 {
			return invalid("timeout", "timeout must be more than 0 but is %v", c.requestedTimeout)
		}
		if c.requestedTimeout > c.limits.MaxTimeout {
			return tooLong(c.requestedTimeout, c.limits.MaxTimeout)
		}
		timeout = c.requestedTimeout
	}
	if !c.deadline.IsZero() {
		timeout = childTimeout(max(0, time.Until(c.deadline)), timeout)
	}
	c.deadline = time.Now().Add(timeout)
	return nil
}

// callee uses the received deadline, at most the limit. It accepts the rounding of gRPC.
func (deadlinePolicy) callee(c *call) error {
	limit := c.ceiling.MaxTimeout
	tolerated := limit + time.Duration(float64(limit)*toleratedShare) + toleratedTime
	timeout := c.limits.DefaultTimeout
	if c.hasTimeout {
		if c.requestedTimeout > tolerated {
			return tooLong(c.requestedTimeout, limit)
		}
		timeout = c.requestedTimeout
	}
	c.deadline = time.Now().Add(min(timeout, c.limits.MaxTimeout))
	return nil
}

func tooLong(timeout, limit time.Duration) error {
	return refusal(ReasonDeadlineTooLong, map[string]any{"timeout": timeout.Seconds(), "limit": limit.Seconds()},
		"a deadline of %v is over the limit of %v: ask for less, or split the work", timeout, limit)
}
