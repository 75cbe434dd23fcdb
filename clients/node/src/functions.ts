/** A bot's functions: what they take and what they answer. */
import type { Conversation, NOT_MINE } from "./conversation.js";
import type { TransferOffer } from "./generated/botmesh/v1/transfer.js";
import type { Content } from "./parts.js";
import type { Reply } from "./reply.js";
import type { Task } from "./task.js";

/** What a bot answers: content, a Reply, or nothing; an async generator yields it piece by piece. */
export type Answer = Content | Reply | typeof NOT_MINE | undefined;
type Answers<T> = (task: T) => Promise<Answer> | Answer | AsyncGenerator<Answer>;
export type TaskFunction = Answers<Task>;
export type TurnFunction = Answers<Conversation>;
/** True or nothing accepts an offer, false or a reason declines it. It may be asked twice: no side effects. */
export type TransferFunction = (
  task: Task,
  offer: TransferOffer,
) => Promise<boolean | string | undefined> | boolean | string | undefined;
export type NotifyFunction = (task: Task) => Promise<void> | void;

/** A bot's functions, by what they answer. */
export class Functions {
  delegate: TaskFunction | undefined;
  notify: NotifyFunction | undefined;
  transfer: TransferFunction | undefined;
  turn: TurnFunction | undefined;
  readonly intents = new Map<string, TurnFunction>();

  /** Who answers a turn: the dialog of an intent that is known, else turns, else delegations. */
  forTurn(intent: string): TurnFunction | undefined {
    return this.intents.get(intent) ?? this.turn ?? this.delegate;
  }
}
