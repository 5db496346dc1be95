/**
 * Records that come inside JSON: lines that Amazon Data Firehose writes (`{"message":"…"}`,
 * https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-firehose.html) and payloads of CloudWatch Logs
 * subscriptions (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html), several of which
 * may stand on one line, since Firehose puts nothing between them.
 */

/** Whether a line is such JSON; no record begins so. */
export function isWrapped(text: string): boolean {
  return text.startsWith('{"');
}

/** The texts of the JSON objects that a line is made of: an object ends where its braces do, outside of strings. */
function* splitObjects(text: string): Generator<string> {
  let depth = 0;
  let from = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inString) {
      if (char === '\\') i++;
      else if (char === '"') inString = false;
    } else if (char === '"') inString = true;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) {
      yield text.slice(from, i + 1);
      from = i + 1;
    }
  }
  if (text.slice(from).trim() !== '') yield text.slice(from);
}

/**
 * The lines inside a wrapped line, in order; a control message has none. Null where the JSON is broken or of another
 * form.
 */
export function unwrap(text: string): readonly string[] | null {
  const lines: string[] = [];
  for (const part of splitObjects(text)) {
    let value: unknown;
    try {
      value = JSON.parse(part);
    } catch {
      return null;
    }
    const { message, messageType, logEvents } = (value ?? {}) as {
      message?: unknown;
      messageType?: unknown;
      logEvents?: unknown;
    };
    if (typeof message === 'string') lines.push(message);
    else if (messageType === 'CONTROL_MESSAGE') continue;
    else if (messageType === 'DATA_MESSAGE' && Array.isArray(logEvents)) {
      for (const event of logEvents as { message?: unknown }[]) {
        if (typeof event?.message !== 'string') return null;
        lines.push(event.message);
      }
    } else return null;
  }
  return lines;
}
