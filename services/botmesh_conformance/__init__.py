"""The conformance kit: drives any agent from outside and looks at what it does.

cases/        what is sent and what must come back, as data (YAML, a file per group)
case          reads and checks them
placeholders  ${...} in cases, filled in
matching      compares what came with what must come
wire          data to messages and back
calls         one call to the agent under test, with any metadata
peers         raw agents that the agent under test calls, and that misbehave as a case says
relay         the connections of a peer, which can be cut
processes     the agent under test as a process
mesh          registry, conversations and a receiver of traces around all of them
steps         what a step of a case does
runner        runs cases, several at once
report        text, JSON and JUnit
scripted      the agent that the Python SDK is tested with

Nothing is imported here: `scripted` runs where only the SDK is installed, and the rest needs the extra `mesh`.
"""
