/** Events of CloudWatch Logs as lines of JSON: a record, and what CloudWatch knows of it beside. */

import type { Json } from './json.ts';

/** One event, whose message is a record. */
export interface LogEvent {
  /** CloudWatch's id: 56 digits, unique. */
  readonly id: string;
  readonly stream: string;
  /** Milliseconds of the Unix epoch: for flow logs the record's `start`. */
  readonly timestampMs: number;
  /** When CloudWatch got it; null where it does not say. */
  readonly ingestionMs: number | null;
  readonly message: string;
}

/** More than a record can have (record-reader.ts): what is beyond would only make the line too long to be kept. */
const MAX_MESSAGE_CHARACTERS = 40_000;

/** An event as a line, with its newline. */
export function eventLine({ id, stream, timestampMs, ingestionMs, message }: LogEvent): string {
  return `${JSON.stringify([id, stream, timestampMs, ingestionMs, message.slice(0, MAX_MESSAGE_CHARACTERS)])}\n`;
}

/** The event of such a line. */
export function readEventLine(line: string): LogEvent {
  const [id, stream, timestampMs, ingestionMs, message] = JSON.parse(line) as [
    string,
    string,
    number,
    number | null,
    string,
  ];
  return { id, stream, timestampMs, ingestionMs, message };
}

/** Without the milliseconds, as Filebeat has times of events. */
const wholeSeconds = (ms: number): string => new Date(Math.floor(ms / 1000) * 1000).toISOString();

/** `@timestamp` of an event whose record has no time of its own. */
export function eventTime({ timestampMs }: LogEvent): string {
  return wholeSeconds(timestampMs);
}

/**
 * What documents say of their event, path and value, as Filebeat's aws-cloudwatch input does
 * (https://www.elastic.co/docs/reference/beats/filebeat/filebeat-input-aws-cloudwatch).
 */
export function eventMembers(group: string, event: LogEvent): readonly (readonly [path: string, value: Json])[] {
  const { id, stream, ingestionMs } = event;
  return [
    ...(ingestionMs === null ? [] : [['aws.cloudwatch.ingestion_time', wholeSeconds(ingestionMs)] as const]),
    ['aws.cloudwatch.log_group', group],
    ['aws.cloudwatch.log_stream', stream],
    ['event.id', id],
    ['input.type', 'aws-cloudwatch'],
    ['log.file.path', `${group}/${stream}`],
  ];
}
