"""Agents that break one promise each: the kit must find them out. Run as `python wrong.py FAULT`.

Each is the good scripted bot with one part of the SDK put out of order before it starts.
"""

import itertools
import sys
from dataclasses import replace

from opentelemetry.context import Context

from botmesh.chain import Chain
from botmesh.deadline import Deadline
from botmesh.errors import AgentError
from botmesh.policies import (
    PIPELINES,
    POLICIES,
    Call,
    concurrency,
    deadline,
    enabled,
    fields,
    hops,
    loops,
    size,
    target,
    trace,
)
from botmesh.serving import agent_service as server
from botmesh.transport import adapter
from botmesh.work import work
from botmesh_conformance import scripted


def _passes(self, call):
    """A policy that lets everything pass."""


def resets_the_path():
    """Every call that it makes looks like the first of a chain that began with it."""
    Chain.below = lambda self, agent: replace(self, path=(agent,), to="")


def ignores_the_deadline():
    """Goes on working as long as it likes."""

    def callee(self, call):
        call.deadline = Deadline.after(300)

    deadline.Deadlines.callee = callee


def gives_children_all_the_time():
    """Asks others without regard to the time that it has itself."""
    Deadline.for_child = lambda self, timeout=None: Deadline.after(30 if timeout is None else timeout)


def answers_twice():
    """Does the same message again, and answers it again."""
    numbers = itertools.count()
    own = Call.work_key.fget

    def other(call):
        account, from_agent, message_id = own(call)
        return account, from_agent, f"{message_id}-{next(numbers)}"

    Call.work_key = property(other)


def ends_streams_twice():
    """Sends the final reply of a stream two times."""
    good = server.AgentServicer.DelegateStream

    async def stream(self, request, context):
        async for event in good(self, request, context):
            yield event
            if event.HasField("reply"):
                yield event

    server.AgentServicer.DelegateStream = stream


def counts_no_hops():
    """Lets chains grow."""
    hops.Hops.caller = hops.Hops.callee = _passes


def lets_loops_pass():
    """Asks whom it stands below."""
    loops.Loops.caller = loops.Loops.callee = _passes


def takes_any_size():
    """Sends and reads messages of any size."""
    size.Size.sending = size.Size.received = lambda self, call, size: None


def takes_any_number():
    """Has as many delegations open as anybody likes."""
    concurrency.Concurrency.caller = concurrency.Concurrency.callee = _passes


def answers_for_others():
    """Takes calls that were meant for another agent or instance."""
    target._check_addressee = lambda call: None


def cannot_be_switched_off():
    """Asks and answers where delegation is switched off."""
    enabled.Enabled.caller = enabled.Enabled.callee = _passes


def tells_its_bugs():
    """Sends the text of an unexpected exception to its caller."""

    async def guarded(self, work, task, run):
        try:
            return await run(task, work)
        except RuntimeError as error:
            raise AgentError(str(error)) from None

    server.AgentServicer._guarded = guarded


def gives_no_reasons():
    """Refuses with a status and a text alone."""
    adapter.to_trailers = lambda error: ()


def breaks_the_trace():
    """Begins a trace of its own at every hop."""
    trace.extract = lambda metadata: Context()


def takes_any_field():
    """Reads and sends what nobody could keep."""
    fields.Fields.caller = fields.Fields.callee = _passes
    fields.Fields.read = lambda self, call, message: None


def streams_without_end():
    """Sends and reads replies of any size, as long as each piece is small."""
    work.check_reply_size = size.check_reply_size = lambda size, limit: size


FAULTS = [
    resets_the_path,
    ignores_the_deadline,
    gives_children_all_the_time,
    answers_twice,
    ends_streams_twice,
    counts_no_hops,
    lets_loops_pass,
    takes_any_size,
    takes_any_number,
    answers_for_others,
    cannot_be_switched_off,
    tells_its_bugs,
    gives_no_reasons,
    breaks_the_trace,
    takes_any_field,
    streams_without_end,
]

if __name__ == "__main__":
    {fault.__name__: fault for fault in FAULTS}[sys.argv[1]]()
    for kind, pipeline in PIPELINES.items():
        pipeline.__init__(POLICIES, kind)  # it has looked at the policies before they were put out of order
    scripted.agent.run()
