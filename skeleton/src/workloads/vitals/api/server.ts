import { openApi } from './open-api';
import { parseApiEnvironment, parseIngestEnvironment } from '../../../runtime/environment';
import { runLocalProgram } from '../../../runtime/http/local-program';

/** The vitals API of the local stack. */
void runLocalProgram({
  parse: (variables) => ({ ...parseApiEnvironment(variables), ...parseIngestEnvironment(variables) }),
  open: openApi,
});
