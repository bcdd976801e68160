import type { PoolClient } from 'pg';
import { auditedOperation, type StreamCommand, type StreamContext } from '../../../runtime/operations/command';
import { throwIfStopped } from '../../../runtime/operations/patience';
import { counted } from '../../../runtime/operations/report';
import { JsonLines, type Sink, withSink } from '../../../runtime/operations/sink';
import { inSnapshot, streamRows } from '../../../runtime/operations/snapshot';

/** A reference whose target is not stored. */
interface UnresolvedReference {
  /** `Type/id` of the resource that refers. */
  readonly source: string;
  /** FHIRPath of the reference. */
  readonly path: string;
  readonly target: string;
}

/** What a reference is to may come later than it does, and mostly does within the hour. */
const UNRESOLVED_SQL = `
SELECT DISTINCT resource_type || '/' || resource_id AS source, path, target_type || '/' || target_id AS target
FROM resource AS source JOIN resource_reference USING (resource_type, resource_id)
WHERE source.last_updated < now() - interval '1 hour'
  AND NOT EXISTS (
    SELECT FROM resource AS target
    WHERE target.resource_type = target_type AND target.resource_id = target_id AND NOT target.deleted
  )
ORDER BY target, source, path`;

export const REFERENCES_UNRESOLVED: StreamCommand = {
  name: 'references unresolved',
  summary: 'writes which references are to what has not come for an hour, to a file or the bucket',
  required: ['operator'],
  optional: ['output'],
  run: async (context) => {
    const operation = auditedOperation('references unresolved', context, {
      resourceType: 'Reference',
      patientIds: [],
    });
    await context.audit.during(operation, async () => {
      const sink = await context.openSink({
        folder: 'references',
        suffix: '.ndjson',
        contentType: 'application/x-ndjson',
      });
      const counts = await withSink(sink, async () =>
        inSnapshot(context.pool, async (client) => writeUnresolved(client, sink, context.signal)),
      );
      return { returnedCount: tell(context, counts, sink.place) };
    });
  },
};

/** @returns how many there are, by the type of what they are to. */
async function writeUnresolved(client: PoolClient, sink: Sink, signal: AbortSignal): Promise<Map<string, number>> {
  const lines = new JsonLines(sink);
  const counts = new Map<string, number>();
  for await (const { source, path, target } of streamRows<UnresolvedReference & Record<string, unknown>>(
    client,
    UNRESOLVED_SQL,
    [],
  )) {
    throwIfStopped(signal);
    await lines.write(JSON.stringify({ source, path, target }));
    const type = target.slice(0, target.indexOf('/'));
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  await lines.flush();
  return counts;
}

function tell<Event>({ report }: StreamContext<Event>, counts: ReadonlyMap<string, number>, place: string): number {
  const byCount = [...counts].toSorted(([, one], [, other]) => other - one);
  for (const [targetType, unresolvedCount] of byCount) {
    report.tell(
      'references.of_type',
      { targetType, unresolvedCount },
      `${String(unresolvedCount).padStart(9)}  ${targetType}`,
    );
  }
  const unresolvedCount = byCount.reduce((sum, [, count]) => sum + count, 0);
  report.tell(
    'references.listed',
    { unresolvedCount, place },
    `Written to ${place}: ${counted(unresolvedCount, 'reference')} to what is not stored. Ids in it are patient data.`,
  );
  return unresolvedCount;
}
