import { openApi } from './open-api';
import { parseApiEnvironment, parseObservationIngestEnvironment } from '../../../runtime/environment';
import { runLocalProgram } from '../../../runtime/http/local-program';

/** The vitals API of the local stack. */
void runLocalProgram({
  parse: (variables) => ({ ...parseApiEnvironment(variables), ...parseObservationIngestEnvironment(variables) }),
  open: openApi,
});
