import { openApi } from './open-api';
import { parseApiEnvironment, parseIngestEnvironment } from '../../../runtime/environment';
import { runLocalProgram } from '../../../runtime/http/local-program';
import { parseResourceTypes } from '../resource-types';

/** The records API of the local stack. */
void runLocalProgram({
  parse: (variables) => ({
    ...parseApiEnvironment(variables),
    ...parseIngestEnvironment(variables),
    resourceTypes: parseResourceTypes(variables),
  }),
  open: openApi,
});
