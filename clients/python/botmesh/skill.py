"""Declares what an agent can do."""

from collections.abc import Sequence

from botmesh.names import check_id
from botmesh.v1 import agent_card_pb2


def Skill(  # noqa: N802 - reads as the thing that it makes
    id: str,  # noqa: A002 - the contract's word
    description: str = "",
    *,
    name: str = "",
    examples: Sequence[str] = (),
    tags: Sequence[str] = (),
    languages: Sequence[str] = (),
    idempotent: bool = False,
) -> agent_card_pb2.Skill:
    """Declare something that an agent can do.

    Args:
        id: unique within the agent.
        description: what the skill does, in a sentence or two.
        name: the skill's name for people; default the id.
        examples: utterances that the skill answers; `find` matches them.
        tags: key words.
        languages: BCP 47 tags; default the agent's.
        idempotent: whether the work may run twice without harm, so that a lost call is retried at another instance.

    Raises:
        InvalidField: the id is malformed.
    """
    return agent_card_pb2.Skill(
        id=check_id("skill", id),
        name=name,
        description=description,
        examples=examples,
        tags=tags,
        languages=languages,
        idempotent=idempotent,
    )
