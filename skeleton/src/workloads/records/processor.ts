/** The records processor: reads the stream and stores resources. Bundled into one file, beside which the migrations are. */
import { recordDecoder } from './decode/decoder';
import { decodeHl7 } from './hl7/decode-hl7';
import { reportUnresolvedReferences } from './references-report';
import { parseResourceTypes } from './resource-types';
import { recordsWorkload } from './store';
import { parseProcessorEnvironment, parseTogether } from '../../runtime/environment';
import { processorProgram } from '../../runtime/process/processor-program';

processorProgram({
  directory: __dirname,
  parseEnvironment: (variables) =>
    parseTogether(variables, parseProcessorEnvironment, (own) => ({ resourceTypes: parseResourceTypes(own) })),
  host: ({ environment: { resourceTypes }, pool, log, metrics }) => ({
    workload: recordsWorkload(recordDecoder({ resourceTypes, decodeHl7 })),
    report: async () => reportUnresolvedReferences({ pool, log, metrics, resourceTypes }),
  }),
});
