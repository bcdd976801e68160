import { auditedOperation, type StreamCommand, type StreamContext } from './command';
import { OperationError } from './errors';
import { dropQuarantined } from './quarantine-drop';
import { countEvents, eventsById, quarantineEntries, quarantineReasons } from './quarantine-list';
import { type ReplayCounts, replayQuarantine } from './quarantine-replay';
import {
  ALL_EVENTS,
  eventsOfIds,
  eventsOfReason,
  type QuarantineRow,
  type QuarantineSelection,
} from './quarantine-rows';
import { counted } from './report';
import { withSink } from './sink';

const POSITIONS_DEFAULT = 100;

export const QUARANTINE_LIST: StreamCommand = {
  name: 'quarantine list',
  summary: 'counts the quarantined events by reason; with --reason tells their ids and positions',
  required: ['operator'],
  optional: ['reason', 'limit'],
  run: async (context) => {
    const reasonCode = context.options.one('reason');
    await audited('quarantine list', context, async () => ({
      returnedCount: reasonCode === undefined ? await listReasons(context) : await listPositions(context, reasonCode),
    }));
  },
};

export const QUARANTINE_SHOW: StreamCommand = {
  name: 'quarantine show',
  summary: 'writes one event, with what it says, to a file or the bucket',
  required: ['operator', 'id'],
  optional: ['output'],
  run: async (context) => {
    const { options, pool, workload, report } = context;
    const [quarantineId = '', ...others] = options.all('id');
    if (others.length > 0) throw new OperationError('usage', 'quarantine show takes one --id: it shows one event.');
    const rows = await eventsById(pool, quarantineId);
    if (rows.length === 0) throw await noSuchEvents(context, [quarantineId]);
    const patientIds = [...new Set(rows.flatMap(({ payload }) => workload.patientsOf(payload)))];
    const operation = auditedOperation('quarantine show', context, { resourceType: 'Quarantine', patientIds });
    await context.audit.during(operation, async () => {
      const sink = await context.openSink({
        folder: 'quarantine',
        suffix: '.json',
        contentType: 'application/json',
      });
      await withSink(sink, async () => sink.write(Buffer.from(`${JSON.stringify(rows.map(shown), null, 2)}\n`)));
      report.tell(
        'quarantine.shown',
        { quarantineId, eventsCount: rows.length, place: sink.place },
        `Written to ${sink.place}: it is patient data. Delete it when you are done.`,
      );
      return { returnedCount: rows.length };
    });
  },
};

export const QUARANTINE_REPLAY: StreamCommand = {
  name: 'quarantine replay',
  summary: 'reads quarantined events again, stores those that are right by now, and keeps the others',
  required: ['operator'],
  optional: [],
  atMostOneOf: ['reason', 'id'],
  run: async (context) => {
    const selection = selectionOf(context);
    await requireEvents(context, selection);
    const counts: ReplayCounts = { examinedCount: 0, storedCount: 0, duplicateCount: 0, stillWrong: new Map() };
    try {
      await audited('quarantine replay', context, async () => {
        await replayQuarantine({ ...context, selection }, counts);
        return { returnedCount: counts.storedCount };
      });
    } finally {
      await tellReplay(context, selection, counts);
    }
  },
};

export const QUARANTINE_DROP: StreamCommand = {
  name: 'quarantine drop',
  summary: 'removes quarantined events for good; who and why stays on record, with their positions',
  required: ['operator', 'because'],
  optional: [],
  oneOf: ['id', 'reason'],
  run: async (context) => {
    const { options, pool, report } = context;
    const selection = selectionOf(context);
    const found = await requireEvents(context, selection);
    const ids = new Set(options.all('id'));
    if (ids.size > 0 && found > ids.size) {
      throw new OperationError('refused', 'Two events have this id, so neither is dropped: drop them by --reason.');
    }
    let droppedCount = 0;
    try {
      await audited('quarantine drop', context, async () => {
        const drop = { ...context, selection, because: options.required('because') };
        await dropQuarantined(drop, (count) => (droppedCount += count));
        return { returnedCount: droppedCount };
      });
    } finally {
      const remainingCount = await countEvents(pool, selection).catch(() => undefined);
      report.tell(
        'quarantine.dropped',
        { droppedCount, remainingCount },
        `Dropped ${counted(droppedCount, 'event')}; ${remainingCount ?? 'an unknown number'} of those asked for remain.`,
      );
    }
  },
};

async function audited<Event>(
  command: string,
  context: StreamContext<Event>,
  work: () => Promise<{ readonly returnedCount: number }>,
): Promise<void> {
  const operation = auditedOperation(command, context, { resourceType: 'Quarantine', patientIds: [] });
  await context.audit.during(operation, work);
}

async function listReasons<Event>({ pool, report }: StreamContext<Event>): Promise<number> {
  const reasons = await quarantineReasons(pool);
  for (const { reasonCode, reason, eventsCount, payloadBytes, oldestAt, newestAt } of reasons) {
    const times = { oldestAt: oldestAt.toISOString(), newestAt: newestAt.toISOString() };
    report.tell(
      'quarantine.reason',
      { reasonCode, eventsCount, payloadBytes, ...times },
      `${String(eventsCount).padStart(9)}  ${reasonCode.padEnd(24)} ${times.oldestAt} to ${times.newestAt}  ${reason}`,
    );
  }
  const eventsCount = reasons.reduce((sum, reason) => sum + reason.eventsCount, 0);
  const text = `${counted(eventsCount, 'event')} in quarantine.`;
  report.tell('quarantine.counted', { eventsCount, shownCount: eventsCount }, text);
  return eventsCount;
}

async function listPositions<Event>(context: StreamContext<Event>, reasonCode: string): Promise<number> {
  const { options, pool, report } = context;
  const selection = eventsOfReason(reasonCode);
  const eventsCount = await requireEvents(context, selection);
  const limit = Number(options.one('limit') ?? POSITIONS_DEFAULT);
  const entries = await quarantineEntries(pool, selection, limit);
  for (const { quarantinedAt, ...entry } of entries) {
    const { quarantineId, streamName, shardId, sequenceNumber, eventIndex, payloadBytes } = entry;
    report.tell(
      'quarantine.position',
      { ...entry, quarantinedAt: new Date(quarantinedAt).toISOString() },
      `${quarantineId}  ${quarantinedAt}  ${streamName} ${shardId} ${sequenceNumber} ${eventIndex}  ${payloadBytes} bytes`,
    );
  }
  const text = `${counted(eventsCount, 'event')} of ${reasonCode}, the oldest ${entries.length} shown.`;
  report.tell('quarantine.counted', { eventsCount, shownCount: entries.length }, text);
  return entries.length;
}

async function tellReplay<Event>(
  { pool, report }: StreamContext<Event>,
  selection: QuarantineSelection,
  { examinedCount, storedCount, duplicateCount, stillWrong }: ReplayCounts,
): Promise<void> {
  const remainingCount = await countEvents(pool, selection).catch(() => undefined);
  for (const [reasonCode, eventsCount] of stillWrong) {
    report.tell('quarantine.still_wrong', { reasonCode, eventsCount }, `Still wrong: ${eventsCount} of ${reasonCode}.`);
  }
  const stillWrongCount = [...stillWrong.values()].reduce((sum, count) => sum + count, 0);
  report.tell(
    'quarantine.replayed',
    { examinedCount, storedCount, duplicateCount, stillWrongCount, remainingCount },
    `Looked at ${counted(examinedCount, 'event')}: ${storedCount} stored, ${duplicateCount} stored before, ${stillWrongCount} still wrong.`,
  );
}

function selectionOf<Event>({ options }: StreamContext<Event>): QuarantineSelection {
  const reasonCode = options.one('reason');
  if (reasonCode !== undefined) return eventsOfReason(reasonCode);
  const ids = options.all('id');
  return ids.length > 0 ? eventsOfIds(ids) : ALL_EVENTS;
}

/** @throws OperationError (`notFound`) when something is named that is not there. @returns how many events there are. */
async function requireEvents<Event>(context: StreamContext<Event>, selection: QuarantineSelection): Promise<number> {
  const { options, pool } = context;
  const ids = [...new Set(options.all('id'))];
  const count = await countEvents(pool, selection);
  const reasonCode = options.one('reason');
  if (reasonCode !== undefined && count === 0) {
    const reasons = (await quarantineReasons(pool)).map((reason) => reason.reasonCode);
    const there = reasons.length > 0 ? `there are ${reasons.join(', ')}` : 'there is none at all';
    throw new OperationError('notFound', `No event is in quarantine for ${reasonCode}: ${there}.`);
  }
  if (count < ids.length) throw await noSuchEvents(context, ids);
  return count;
}

async function noSuchEvents<Event>({ pool }: StreamContext<Event>, ids: readonly string[]): Promise<OperationError> {
  const found = new Set<string>();
  for (const id of ids) if ((await countEvents(pool, eventsOfIds([id]))) > 0) found.add(id);
  const missing = ids.filter((id) => !found.has(id)).join(', ');
  const hint =
    '"quarantine list --reason CODE" tells the ids. It may have been replayed, dropped, or be past its retention.';
  return new OperationError('notFound', `No event in quarantine has the id ${missing}. ${hint}`);
}

function shown({ payload, ...row }: QuarantineRow): object {
  const text = new TextDecoder('utf-8', { fatal: true });
  let payloadText: string | undefined;
  try {
    payloadText = text.decode(payload);
  } catch {
    // No UTF-8: the bytes alone tell what came.
  }
  return { ...row, payloadBytes: payload.length, payloadText, payloadBase64: payload.toString('base64') };
}
