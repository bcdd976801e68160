import type { Queryable } from '../../../runtime/http/queryable';
import { Problem } from '../http/problem';
import type { Exchange } from '../http/route';

/** Hospitals whose data a request may see. Every statement takes them, and none has another way to say whose rows it reads. */
export type Scope = readonly number[];

/** Query parameter by which whoever reads all hospitals names one of them. */
export const HOSPITAL_PARAMETER = 'hospital';

const HOSPITAL_ID = /^[1-9]\d{0,8}$/;

/** Finds out whose data a subject may see: a hospital its own, those of `READ_ALL_SUBJECTS` everybody's. */
export class Scopes {
  private readonly readAll: ReadonlySet<string>;

  constructor(
    private readonly database: Queryable,
    readAllSubjects: readonly string[],
  ) {
    this.readAll = new Set(readAllSubjects);
  }

  /**
   * @returns no hospital for a subject that has never sent anything: it sees nothing.
   * @throws Problem 400 when `hospital` is given wrongly, or by whom it is not for.
   */
  async of({ subject, query }: Pick<Exchange, 'subject' | 'query'>): Promise<Scope> {
    const asked = query.getAll(HOSPITAL_PARAMETER);
    if (!this.readAll.has(subject)) {
      if (asked.length > 0) {
        throw wrongHospital('is for certificates that may read all hospitals, and yours reads its own');
      }
      return this.select('SELECT hospital_id FROM hospital WHERE subject = $1', [subject]);
    }
    const [text] = asked;
    if (text === undefined) return this.select('SELECT hospital_id FROM hospital ORDER BY hospital_id', []);
    if (asked.length > 1 || !HOSPITAL_ID.test(text)) throw wrongHospital('is one number, such as hospital=3');
    return this.select('SELECT hospital_id FROM hospital WHERE hospital_id = $1', [Number(text)]);
  }

  private async select(text: string, values: unknown[]): Promise<Scope> {
    const { rows } = await this.database.query<{ hospital_id: number }>(text, values);
    return rows.map(({ hospital_id }) => hospital_id);
  }
}

function wrongHospital(fault: string): Problem {
  return new Problem(400, 'parameter_invalid', `The parameter ${HOSPITAL_PARAMETER} ${fault}.`);
}
