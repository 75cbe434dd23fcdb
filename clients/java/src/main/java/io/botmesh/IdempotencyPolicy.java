package io.botmesh;

/**
 * Makes a repeat with the same message id join the running work or get the same reply. The policy finds or reserves the
 * work, and AgentService runs it. Refusals are not stored. Delegator gives outgoing messages their ids.
 */
final class IdempotencyPolicy implements Policy {
    @Override
    public void callee(Call call) {
        WorkTable.Claim claim = call.endpoint.works.claim(call);
        call.work = claim.work();
        call.joined = claim.joined();
    }

    /** Drops the reserved work if an inner policy refused the call. */
    @Override
    public void finish(Call call) {
        if (call.work != null) {
            call.endpoint.works.forgetUnbegun(call.work);
        }
    }
}
