package io.botmesh;

/**
 * A repeat under the same message id joins the running work or gets the same reply. Finds or reserves the work of a call;
 * AgentService runs it. Refusals are not remembered. (Every message that leaves has an id: Delegator gives it.)
 */
final class IdempotencyPolicy implements Policy {
    @Override
    public void callee(Call call) {
        WorkTable.Claim claim = call.endpoint.works.claim(call);
        call.work = claim.work();
        call.joined = claim.joined();
    }

    /** A call that an inner policy refused leaves nothing behind. */
    @Override
    public void finish(Call call) {
        if (call.work != null) {
            call.endpoint.works.forgetUnbegun(call.work);
        }
    }
}
