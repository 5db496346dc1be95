/** Proof before figures: what arrives at a server is what the kernel makes in memory. */

import { type LoadedObject, loadObjects } from './bench-set.ts';
import { OutputsDiffer } from './equality.ts';
import type { BenchInput } from './input.ts';
import { BULK_OPTIONS, bulkOutlet } from './outlets.ts';
import { documentsById } from './prepared.ts';
import { startRecordingServer } from './recording-server.ts';
import { Subject } from './subject.ts';
import { timedRun } from './timed-run.ts';

function fromMemory(subject: Subject, one: LoadedObject): ReadonlyMap<string, string> {
  const documents = new Map<string, string>();
  subject.convertText(one.context, one.text, (bytes) => {
    for (const [id, document] of documentsById(bytes)) documents.set(id, document);
  });
  return documents;
}

/**
 * Runs one object into a server that keeps documents, plain and gzip. Throws `OutputsDiffer` unless each document came
 * once, with the bytes that the kernel gives in memory. Gives the number of documents compared.
 */
export async function proveDelivery({ set, image, scratch, signal }: BenchInput): Promise<number> {
  const one = loadObjects(set, 1)[0]!;
  const expected = fromMemory(new Subject(image, BULK_OPTIONS), one);
  for (const gzip of [false, true]) {
    const server = await startRecordingServer();
    try {
      const outlet = bulkOutlet({ url: server.url, name: 'proof', gzip, workers: 1 });
      await timedRun({ listing: { objects: [one.object], warm: 0 }, image, workers: 1, outlet, scratch }, signal);
      const how = gzip ? 'gzip' : 'plain';
      const { again } = server.counts;
      const other = gzip ? server.counts.plain : server.counts.gzip;
      if (again > 0 || other > 0) throw new OutputsDiffer(`requests, ${how}`, `${again} again`, `${other} not ${how}`);
      requireSameDocuments(`documents that arrive, ${how}, and from memory`, server.documents, expected);
    } finally {
      await server.close();
    }
  }
  return expected.size;
}

function requireSameDocuments(
  what: string,
  ours: ReadonlyMap<string, string>,
  theirs: ReadonlyMap<string, string>,
): void {
  for (const id of new Set([...ours.keys(), ...theirs.keys()])) {
    if (ours.get(id) !== theirs.get(id)) throw new OutputsDiffer(`${what}, ${id}`, ours.get(id), theirs.get(id));
  }
}
