package botmesh

import "time"

// deadlinePolicy: every call ends in time, and a child before its parent. It sets call.deadline, which ends the work
// itself (work.go), not only the wait for it.
type deadlinePolicy struct{ none }

func (deadlinePolicy) appliesTo() methodClass { return work | control }

// caller takes the asked time or the default, and never past the parent's less a little to answer in.
func (deadlinePolicy) caller(c *call) error {
	timeout := min(c.limits.DefaultTimeout, c.limits.MaxTimeout)
	if c.hasAsked {
		if c.asked <= 0 {
			return invalid("timeout", "timeout must be more than 0 but is %v", c.asked)
		}
		if c.asked > c.limits.MaxTimeout {
			return tooLong(c.asked, c.limits.MaxTimeout)
		}
		timeout = c.asked
	}
	if !c.deadline.IsZero() {
		timeout = childTimeout(max(0, time.Until(c.deadline)), timeout)
	}
	c.deadline = time.Now().Add(timeout)
	return nil
}

// callee takes what arrived, clamped to the limit; gRPC's rounding on the wire is tolerated.
func (deadlinePolicy) callee(c *call) error {
	most := c.ceiling.MaxTimeout
	tolerated := most + time.Duration(float64(most)*toleratedShare) + toleratedTime
	timeout := c.limits.DefaultTimeout
	if c.hasAsked {
		if c.asked > tolerated {
			return tooLong(c.asked, most)
		}
		timeout = c.asked
	}
	c.deadline = time.Now().Add(min(timeout, c.limits.MaxTimeout))
	return nil
}

func tooLong(timeout, limit time.Duration) error {
	return refusal(ReasonDeadlineTooLong, map[string]any{"timeout": timeout.Seconds(), "limit": limit.Seconds()},
		"a deadline of %v is over the limit of %v: ask for less, or split the work", timeout, limit)
}
