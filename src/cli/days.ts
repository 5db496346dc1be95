/** The range of days that --from, --to and --since ask for. */

import { parseDays } from '../plan/dates.ts';

/** Days since the epoch, both ends included; an end that is left out is open. Throws E_USAGE where they contradict. */
export function dayRange(
  asked: { readonly from: string | undefined; readonly to: string | undefined; readonly since?: string | undefined },
  nowMs: number,
): { fromDay?: number; toDay?: number } {
  const { from, to, since } = asked;
  return parseDays(
    {
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(since === undefined ? {} : { since }),
    },
    nowMs,
  );
}
