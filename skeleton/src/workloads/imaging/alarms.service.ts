import { fileAlarms } from './alarms/files.service';
import { queueAlarms } from './alarms/queue.service';
import { scanAlarms } from './alarms/scans.service';
import { wayInAlarms } from './alarms/way-in.service';
import { connectionsNeeded, imagingCapacity } from './capacity';
import type { ImagingGateway } from './gateway.service';
import type { ImagingPrograms } from './programs.service';
import type { ImagingStores } from './stores.service';
import { auroraAlarms } from '../../foundation/alarm-sets/aurora';
import { throttledAlarm } from '../../foundation/alarm-sets/stream';
import type { Foundation } from '../../foundation/pipeline-parts';
import type { Rotation } from '../../foundation/rotation';

export interface ImagingParts {
  readonly stores: ImagingStores;
  readonly programs: ImagingPrograms;
  readonly gateway: ImagingGateway;
  /** None where the secret's owner changes the password. */
  readonly rotation: Rotation | undefined;
}

/** The alarms of the workload: one or more for each of its promises. Each section of `docs/runbook.md` has the alarm's name. */
export function imagingAlarms(foundation: Foundation, { stores, programs, gateway, rotation }: ImagingParts): void {
  const capacity = imagingCapacity(foundation.settings.capacity);
  scanAlarms(foundation, programs);
  queueAlarms(foundation, stores.queue);
  fileAlarms(foundation, stores.files, capacity);
  throttledAlarm(foundation, stores.life);
  wayInAlarms(foundation, gateway);
  auroraAlarms(foundation, { database: stores.database, rotation }, connectionsNeeded(capacity));
}
