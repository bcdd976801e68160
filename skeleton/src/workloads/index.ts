import type { WorkloadService } from '../foundation/pipeline-parts';
import { imaging } from './imaging/imaging.service';
import { records } from './records/records.service';
import { vitals } from './vitals/vitals.service';

/** The workloads that this repository carries, by the name that `workload` in `tenant.json` has. */
export const workloads: Readonly<Record<string, WorkloadService>> = { imaging, records, vitals };
