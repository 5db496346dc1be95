/** Log groups of CloudWatch as a source: windows of time are its objects. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FlowbulkError } from '../errors.ts';
import { eventLine } from '../formats/log-event.ts';
import { selector } from '../plan/select.ts';
import { CallPace, type PaceLimits } from './call-pace.ts';
import type { ListedGroup, LogClient } from './log-client.ts';
import { isNoStream, isNotAllowed, ofOneGroup } from './log-errors.ts';
import { groupNameOf, type LogGroupName } from './log-group.ts';
import { pagesOf } from './log-pages.ts';
import {
  type LogGroupFound,
  lastEnd,
  partsOf,
  rangeOf,
  type StreamsAsked,
  versionOf,
  windowAt,
  windowObject,
} from './log-windows.ts';
import type { IsKnown, Listed, Selection, Source, SourceObject } from './source.ts';
import type { AwsOptions } from './spec.ts';

/** How log groups are read. */
export interface LogReading {
  readonly streams: StreamsAsked;
  /** Also groups of accounts that this one may look into. */
  readonly linkedAccounts: boolean;
  /** How long ago the last event was that can be expected to be there. */
  readonly latencyMs: number;
  readonly pace: PaceLimits;
  /** How often there is looked for more; null to end where now is. */
  readonly followMs: number | null;
  /** Whether EC2 is asked for the formats of flow logs; not where the format was given. */
  readonly asksFormats: boolean;
}

/** Log groups, as plain data. `shared` is memory of all threads of a run (call-pace.ts). */
export interface CloudWatchSpec extends LogReading {
  readonly kind: 'cloudwatch';
  readonly group: LogGroupName;
  readonly aws: AwsOptions;
  readonly shared: SharedArrayBuffer;
}

const MS_PER_DAY = 86_400_000;

/**
 * An event may be so much older than its group: CloudWatch takes none that is older.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
const OLDEST_WHEN_PUT_MS = 14 * MS_PER_DAY;

/** A group with the moment up to which its windows are listed. */
interface ReadGroup extends LogGroupFound {
  listedMs: number;
}

/** Lists windows in the main thread, reads their events in the workers. */
export class CloudWatchSource implements Source {
  readonly #spec: CloudWatchSpec;
  readonly #warn: (text: string) => void;
  readonly #now: () => number;
  readonly #pace: CallPace;
  readonly #closing = new AbortController();
  #client: Promise<LogClient> | null = null;
  #formats: ReadonlyMap<string, readonly string[]> = new Map();
  #mayNotAsk = false;

  /** `now` gives the time in milliseconds of the Unix epoch. */
  constructor(spec: CloudWatchSpec, warn: (text: string) => void, now: () => number = Date.now) {
    this.#spec = spec;
    this.#warn = warn;
    this.#now = now;
    this.#pace = new CallPace(spec.pace, spec.shared);
  }

  #logs(): Promise<LogClient> {
    // The SDK is loaded where log groups are read only.
    this.#client ??= import('./log-client.ts').then(({ LogClient }) => LogClient.open(this.#aws(), this.#pace));
    return this.#client;
  }

  #aws(): AwsOptions {
    const { aws, group } = this.#spec;
    return group.region === null ? aws : { ...aws, region: group.region };
  }

  /** Hours ascending over all groups. The one that is not over ends where events can be expected to be there. */
  async *list(selection: Selection, signal: AbortSignal, isKnown: IsKnown = () => false): AsyncGenerator<Listed> {
    const { streams, latencyMs, followMs } = this.#spec;
    const { fromDay, toDay, ...others } = selection;
    const isTaken = selector(others);
    const stop = AbortSignal.any([signal, this.#closing.signal]);
    const groups = new Map<string, ReadGroup>();
    const endMs = toDay === undefined ? Number.POSITIVE_INFINITY : (toDay + 1) * MS_PER_DAY;
    while (true) {
      await this.#findGroups(groups, fromDay, stop);
      const toMs = Math.min(endMs, lastEnd(this.#now() - latencyMs));
      const all = [...groups.values()];
      const firstMs = all.reduce((first, { listedMs }) => Math.min(first, listedMs), toMs);
      for (let hour = windowAt(firstMs); hour.fromMs < toMs; hour = windowAt(hour.toMs)) {
        for (const group of all) {
          const range = {
            fromMs: Math.max(hour.fromMs, group.listedMs),
            toMs: Math.min(hour.toMs, toMs),
          };
          const parts = partsOf(range, (part) => isKnown(windowObject(group, part, streams)));
          for (const part of parts) {
            signal.throwIfAborted();
            group.listedMs = part.toMs;
            const object = windowObject(group, part, streams);
            if (isTaken(object.key)) yield object;
          }
        }
      }
      if (followMs === null || toMs === endMs) return;
      await sleep(followMs, undefined, { signal: stop }).catch(() => signal.throwIfAborted());
      if (stop.aborted) return;
    }
  }

  /** Adds groups that are not known yet. Throws E_SOURCE_*. */
  async #findGroups(known: Map<string, ReadGroup>, fromDay: number | undefined, signal: AbortSignal): Promise<void> {
    const { group, linkedAccounts } = this.#spec;
    if (!group.isPrefix && known.size > 0) return;
    const found: { readonly nameOrArn: string; readonly keyPrefix: string; readonly firstMs: number }[] = [];
    if (!group.isPrefix && fromDay !== undefined) {
      // Nothing has to be looked up, so that no right to list groups is needed.
      found.push({ nameOrArn: group.arn ?? group.name, keyPrefix: '', firstMs: 0 });
    } else {
      const logs = await this.#logs();
      for await (const listed of logs.groups(group.name, linkedAccounts || group.arn !== null, signal)) {
        const { name, arn } = listed;
        if (!group.isPrefix && (group.arn === null ? name !== group.name : arn !== group.arn)) continue;
        const nameOrArn = linkedAccounts || group.arn !== null ? arn : name;
        const keyPrefix = linkedAccounts ? `${arn.split(':')[4]}/` : '';
        if (!known.has(nameOrArn)) found.push({ nameOrArn, keyPrefix, firstMs: this.#firstEventMs(listed) });
      }
    }
    const region = await this.bucketRegion(signal);
    if (found.length === 0) {
      if (group.isPrefix) return;
      const next = 'look at its name and its region (?region=, --aws-region)';
      throw new FlowbulkError('E_SOURCE_MISSING', `there is no log group "${group.name}" in ${region}: ${next}`);
    }
    await this.#askFormats(signal);
    for (const { nameOrArn, keyPrefix, firstMs } of found) {
      const { fromMs: listedMs } = windowAt(fromDay === undefined ? firstMs : fromDay * MS_PER_DAY);
      known.set(nameOrArn, { ...this.#found(nameOrArn, keyPrefix, region), listedMs });
    }
    this.#pace.groups(known.size);
  }

  /** Before that there is nothing. */
  #firstEventMs({ createdMs, retentionDays }: ListedGroup): number {
    const keptMs = retentionDays === null ? 0 : this.#now() - retentionDays * MS_PER_DAY;
    return Math.max(createdMs - OLDEST_WHEN_PUT_MS, keptMs);
  }

  #found(nameOrArn: string, keyPrefix: string, region: string): LogGroupFound {
    const name = groupNameOf(nameOrArn);
    return { nameOrArn, name, keyPrefix, region, logFormats: this.#formats.get(name) ?? [] };
  }

  /** Asks EC2 for the formats of flow logs, where it may be asked. */
  async #askFormats(signal: AbortSignal): Promise<void> {
    if (!this.#spec.asksFormats || this.#mayNotAsk) return;
    try {
      const { flowLogFormats } = await import('./flow-log-formats.ts');
      this.#formats = await flowLogFormats(this.#aws(), signal);
    } catch (error) {
      signal.throwIfAborted();
      this.#mayNotAsk = true;
      const why = isNotAllowed(error) ? 'these credentials lack ec2:DescribeFlowLogs' : (error as Error).message;
      this.#warn(`the format of flow logs was not looked up (${why}): it is found by the shape of records`);
    }
  }

  async *open(object: SourceObject, fromByte: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (fromByte !== 0) {
      throw new FlowbulkError(
        'E_OBJECT_UNREADABLE',
        `${object.key} has no byte ${fromByte}: events are read as they come`,
      );
    }
    const logs = await this.#logs();
    const { group, streams } = this.#spec;
    const nameOrArn = object.bucket ?? '';
    const pages = pagesOf(rangeOf(object), this.#pace.width, (range, token) =>
      logs.events(nameOrArn, streams, range, token, signal),
    );
    try {
      for await (const events of pages) yield Buffer.from(events.map(eventLine).join(''));
    } catch (error) {
      if (!(error instanceof FlowbulkError) || !group.isPrefix) throw error;
      // Of several groups not each has these streams.
      if (streams.names !== undefined && isNoStream(error)) return;
      throw ofOneGroup(error);
    }
  }

  /** A window has nothing that could be asked for, but that other streams of it may be read now. */
  async complete(object: SourceObject): Promise<Listed> {
    const { fromMs, toMs } = rangeOf(object);
    return { ...object, etag: versionOf(toMs, this.#spec.streams), lastModifiedMs: fromMs };
  }

  /** The region that the groups are in. */
  async bucketRegion(signal: AbortSignal): Promise<string> {
    signal.throwIfAborted();
    return this.#spec.group.region ?? (await (await this.#logs()).region());
  }

  async close(): Promise<void> {
    this.#closing.abort(new FlowbulkError('E_STOPPED', 'the run is over'));
    (await this.#client?.catch(() => null))?.close();
  }
}
