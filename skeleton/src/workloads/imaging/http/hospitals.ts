import type { DatabasePool } from '../../../runtime/postgres/pool';

/** Subjects that are remembered: a hospital has a few certificates, and nobody without one gets this far. */
const REMEMBERED_MAX = 1_000;

/** Who sends and asks: a hospital is the subject of a client certificate, and a number of ours. */
export class Hospitals {
  private readonly known = new Map<string, number>();

  constructor(private readonly pool: Pick<DatabasePool, 'query'>) {}

  /** The hospital of a subject, if it has ever sent anything. @throws what `pg` throws. */
  async find(subject: string): Promise<number | undefined> {
    return this.known.get(subject) ?? this.remember(subject, await this.select(subject));
  }

  /** The same for one that sends: the first time makes it known. @throws what `pg` throws. */
  async findOrAdd(subject: string): Promise<number> {
    const found = await this.find(subject);
    if (found !== undefined) return found;
    // Of two at once, one inserts and both then read the same row.
    await this.pool.query('INSERT INTO hospital (subject) VALUES ($1) ON CONFLICT (subject) DO NOTHING', [subject]);
    const added = this.remember(subject, await this.select(subject));
    if (added === undefined) throw new Error('a hospital that was just added is not there');
    return added;
  }

  private async select(subject: string): Promise<number | undefined> {
    const { rows } = await this.pool.query<{ hospital_id: number }>(
      'SELECT hospital_id FROM hospital WHERE subject = $1',
      [subject],
    );
    return rows[0]?.hospital_id;
  }

  private remember(subject: string, hospitalId: number | undefined): number | undefined {
    if (hospitalId === undefined) return undefined;
    if (this.known.size >= REMEMBERED_MAX) this.known.clear();
    this.known.set(subject, hospitalId);
    return hospitalId;
  }
}
