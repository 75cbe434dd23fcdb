"""Tiered support: the first bot answers what is common, the second what needs an account, people the rest.

The contact never types anything twice: history and context go with each transfer.

Run it: python docs/patterns/tiered_support.py
"""

import asyncio

import botmesh
from botmesh.v1.conversation_service_pb2 import ClaimRequest, ListConversationsRequest, ReplyRequest, SetDutyRequest
from botmesh_mesh.local import LocalMesh, local

first = botmesh.Agent("tier-one-bot")
second = botmesh.Agent("tier-two-bot")
COMMON = {"hours": "We are open from nine to five.", "password": "Use the link under the sign-in form."}


@first.on_turn
async def greet(conversation: botmesh.Conversation) -> str | None:
    """Answer what is common; hand the rest over."""
    for word, answer in COMMON.items():
        if word in conversation.text.lower():
            return answer
    await conversation.transfer("tier-two-bot", reason="not in the list", context={"tier": 2})
    return None


@second.on_turn
async def solve(conversation: botmesh.Conversation) -> str | None:
    """Solve what can be looked up; a person gets what is left, and what is urgent."""
    if "invoice" in conversation.text.lower():
        return "I have sent your last invoice again."
    await conversation.transfer(
        botmesh.DESK, reason="needs a person", handoff_message="Somebody of our team takes over."
    )
    return None


async def answer_as(mesh: LocalMesh, person: str, text: str) -> None:
    """A person takes what waits at the desk, and answers it."""
    waiting = await mesh.conversations.ListConversations(ListConversationsRequest(owner="desk"))
    for view in waiting.conversations:
        claimed = ClaimRequest(conversation_id=view.conversation_id, person=person)
        await mesh.conversations.Claim(claimed)
        reply = ReplyRequest(conversation_id=view.conversation_id, person=person, payload=[botmesh.text(text)])
        await mesh.conversations.Reply(reply)


async def main() -> None:
    """Three questions of one contact, each further up."""
    async with local(first, second, primary="tier-one-bot") as mesh:
        await mesh.conversations.SetDuty(SetDutyRequest(person="mia", on_duty=True))
        for question in ("What are your hours?", "Where is my invoice?", "My parcel burns!"):
            print(f"contact: {question}")
            for author, text in await mesh.say("anna", question):
                print(f"{author or 'mesh'}: {text}")
        await answer_as(mesh, "mia", "I call you at once.")
        waiting = await mesh.conversations.ListConversations(ListConversationsRequest(contact_id="anna"))
        print(f"now with: {waiting.conversations[0].owner.desk}, tier {waiting.conversations[0].context['tier']:g}")


if __name__ == "__main__":
    asyncio.run(main())
