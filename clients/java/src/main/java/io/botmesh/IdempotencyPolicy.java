package io.botmesh;

/**
 * A repeat under the same message id joins the running work or gets the same reply. Finds or reserves the work of a call;
 * AgentServer runs it. Refusals are not remembered. (Every message that leaves has an id: Asking gives it.)
 */
final class IdempotencyPolicy implements Policy {
    @Override
    public void callee(Call call) {
        WorkTable.Claim claim = call.end.works.claim(call);
        call.work = claim.work();
        call.joined = claim.joined();
    }

    /** A call that an inner policy refused leaves nothing behind. */
    @Override
    public void finish(Call call) {
        if (call.work != null) {
            call.end.works.forgetUnbegun(call.work);
        }
    }
}
