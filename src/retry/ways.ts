/** How documents of dead letters go to what refused them. */

import type { SenderContext } from '../delivery/body-sender.ts';
import { BulkSender } from '../delivery/bulk-sender.ts';
import type { BulkSpec } from '../delivery/bulk-spec.ts';
import { IntakeEvents } from '../delivery/intake-events.ts';
import { IntakeSender } from '../delivery/intake-sender.ts';
import type { IntakeSpec } from '../delivery/intake-spec.ts';
import type { DeadLetter } from '../sinks/dead-letters.ts';
import type { BodyPart } from '../sinks/document-account.ts';

/** A target's way. */
export interface LetterWay {
  /** A letter's document as it stands in a body, with its newline. */
  text(letter: DeadLetter): string;
  open(context: SenderContext): {
    /** Sends a body until all of it is answered for. Throws what ends the run. */
    send(bytes: Buffer, parts: readonly BodyPart[]): Promise<unknown>;
    close(): Promise<void>;
  };
}

/** To a cluster: each document after its action line. */
export function clusterWay(bulk: BulkSpec, op: 'create' | 'index'): LetterWay {
  return {
    text({ id, index, document }) {
      const meta = { ...(bulk.isTimeNamed ? { _index: index } : {}), ...(id == null ? {} : { _id: id }) };
      return `${JSON.stringify({ [op]: meta })}\n${JSON.stringify(document)}\n`;
    },
    open: (context) => new BulkSender(bulk, context),
  };
}

/** To an intake of Sekoia. Where events stand in their objects does not matter: these are done. */
export function intakeWay(intake: IntakeSpec): LetterWay {
  return {
    text: ({ document }) => `${JSON.stringify(document)}\n`,
    open(context) {
      const sender = new IntakeSender(intake, context);
      return {
        send: (bytes, parts) =>
          sender.send(
            new IntakeEvents(
              bytes,
              parts.map((part) => ({ ...part, first: 0 })),
            ),
          ),
        close: () => sender.close(),
      };
    },
  };
}
