/** The functions of a bot, and their types. */
import type { Conversation, NOT_MINE } from "./conversation.js";
import type { TransferOffer } from "./generated/botmesh/v1/transfer.js";
import type { Content } from "./parts.js";
import type { Reply } from "./reply.js";
import type { Task } from "./task.js";

/** Result of a bot's function: content, a Reply or undefined. An async generator streams its pieces. */
export type Answer = Content | Reply | typeof NOT_MINE | undefined;
type Answers<T> = (task: T) => Promise<Answer> | Answer | AsyncGenerator<Answer>;
export type TaskFunction = Answers<Task>;
export type TurnFunction = Answers<Conversation>;
/**
 * Decides about an offer: true or undefined accepts, false or a reason declines. May run twice, so it needs no side
 * effects.
 */
export type TransferFunction = (
  task: Task,
  offer: TransferOffer,
) => Promise<boolean | string | undefined> | boolean | string | undefined;
export type NotifyFunction = (task: Task) => Promise<void> | void;

/** The functions that a bot has registered. */
export class Functions {
  delegate: TaskFunction | undefined;
  notify: NotifyFunction | undefined;
  transfer: TransferFunction | undefined;
  turn: TurnFunction | undefined;
  readonly intents = new Map<string, TurnFunction>();

  /** Returns the function for a turn: of its intent, else of turns, else of delegations. */
  forTurn(intent: string): TurnFunction | undefined {
    return this.intents.get(intent) ?? this.turn ?? this.delegate;
  }
}
