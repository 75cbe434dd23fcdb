package botmesh

// idempotencyPolicy finds or reserves the work of a call: a repeat under the same message id joins the running work
// or gets the same reply. agent_service.go runs the work; refusals are not remembered.
type idempotencyPolicy struct{ noopPolicy }

// caller gives every message an id, so that a retry can be told from a new task.
func (idempotencyPolicy) caller(c *call) error {
	if c.message != nil && c.message.MessageId == "" {
		c.message.MessageId = newID()
	}
	return nil
}

func (idempotencyPolicy) callee(c *call) (err error) {
	if c.message != nil {
		c.work, c.joined, err = c.endpoint.works.claim(c)
	}
	return err
}

// finish: a call that an inner policy refused leaves nothing behind.
func (idempotencyPolicy) finish(c *call) {
	if c.work != nil {
		c.endpoint.works.discardUnstarted(c.work)
	}
}
