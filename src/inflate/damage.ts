/** What can be wrong with a gzip stream, and the error that says so. */
import { FlowbulkError } from '../errors.ts';

/** Where a stream broke: `compressedOffset` in the object, `plainOffset` in what was inflated, both in bytes. */
export interface Damage {
  readonly reason: string;
  readonly compressedOffset: number;
  readonly plainOffset: number;
}

/** E_OBJECT_DAMAGED for an object called `name`. */
export function damagedError(name: string, damage: Damage, cause?: unknown): FlowbulkError {
  const { reason, compressedOffset, plainOffset } = damage;
  return new FlowbulkError(
    'E_OBJECT_DAMAGED',
    `${name} is damaged: ${reason}, at byte ${compressedOffset} of the object, ${plainOffset} of its text; ` +
      'what came before is converted: fetch it again from where it was copied, or leave it out with --exclude',
    { cause, facts: { reason, compressedOffset, plainOffset } },
  );
}

/**
 * The reason in words for an error of zlib. The texts are zlib's own (https://github.com/madler/zlib, inflate.c);
 * `afterMember` says that a whole member came before, so a bad header means garbage after the stream.
 */
export function damageReason(error: NodeJS.ErrnoException, afterMember: boolean): string {
  if (error.code === 'Z_BUF_ERROR') {
    return 'its gzip stream is cut short';
  }
  switch (error.message) {
    case 'incorrect data check':
      return 'its checksum (CRC-32) does not fit its text';
    case 'incorrect length check':
      return 'its length does not fit its text';
    case 'incorrect header check':
    case 'unknown compression method':
    case 'unknown header flags set':
    case 'header crc mismatch':
      return afterMember ? 'garbage follows its gzip stream' : `its gzip header is wrong (${error.message})`;
    default:
      return `its gzip stream is broken (${error.message})`;
  }
}
