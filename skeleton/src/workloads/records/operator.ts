/**
 * The operator's program of the records pipeline: empties the quarantine, exports and erases one patient's data, tells which
 * references lead nowhere. Bundled into one file. It runs as a task of its own in AWS, and by `npm run operate` beside the
 * local stack.
 */
import { recordDecoder } from './decode/decoder';
import { decodeHl7 } from './hl7/decode-hl7';
import { REFERENCES_UNRESOLVED } from './operator/references';
import { recordsOperations } from './operator/workload';
import { parseResourceTypes } from './resource-types';
import { parseOperatorEnvironment, parseTogether } from '../../runtime/environment';
import { operatorProgram } from '../../runtime/operations/operator-program';
import { STREAM_COMMANDS } from '../../runtime/operations/stream-commands';

operatorProgram({
  parseEnvironment: (variables) =>
    parseTogether(variables, parseOperatorEnvironment, (own) => ({ resourceTypes: parseResourceTypes(own) })),
  commands: [...STREAM_COMMANDS, REFERENCES_UNRESOLVED],
  host: (pool, { resourceTypes }) => ({
    workload: recordsOperations({ pool, decoder: recordDecoder({ resourceTypes, decodeHl7 }) }),
    close: async () => undefined,
  }),
});
