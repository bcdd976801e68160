/**
 * The operator's program of the imaging pipeline: scans that failed, files that differ from what is stored, and what patients may ask
 * for. Bundled into one file. It runs as a task of its own in AWS, and by `npm run operate` beside the local stack.
 */
import { SCAN_OPERATOR } from './operator/program';
import { operatorProgram } from '../../runtime/operations/operator-program';

operatorProgram(SCAN_OPERATOR);
