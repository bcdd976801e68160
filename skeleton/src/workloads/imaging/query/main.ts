/**
 * The query service of the imaging pipeline: DICOMweb searches and retrieval over HTTPS. It reads the database and the bucket, and
 * writes nothing but the record of accesses. Bundled into one file, which also is the thread that decodes; see `serverProgram` for how it runs.
 */
import { isMainThread } from 'node:worker_threads';
import { S3Client } from '@aws-sdk/client-s3';
import { queryRoutes } from './query-routes';
import { ImageObjects } from './retrieve/image-objects';
import { RenderingThread, serveRenderings } from './retrieve/rendering-thread';
import { Scopes } from './scope';
import { openApiConnections } from '../../../runtime/http/api-connections';
import { apiObserver } from '../../../runtime/http/api-observer';
import { PostgresAccessAudit } from '../../../runtime/http/postgres-access-audit';
import { retryingOnce } from '../../../runtime/http/queryable';
import { parseQueryEnvironment, type QueryEnvironment } from '../environment';
import { schemaReady } from '../http/schema-ready';
import { type ServerProgram, serverProgram } from '../http/server-program';

/** Each request takes one connection at a time, and none while its answer leaves. */
const CONNECTIONS_MAX = 10;

const PROGRAM: ServerProgram<QueryEnvironment> = {
  service: 'query',
  parseEnvironment: parseQueryEnvironment,
  open: ({ environment, log, metrics }) => {
    const { region, scanBucket, readAllSubjects, publicUrl } = environment;
    const { reader, writer, close } = openApiConnections(environment, log, {
      role: 'pipeline_api',
      connectionsMax: CONNECTIONS_MAX,
    });
    const s3 = new S3Client({ region });
    const database = retryingOnce(reader);
    const renderer = new RenderingThread({ file: __filename, region, bucket: scanBucket });
    const routes = queryRoutes({
      database,
      scopes: new Scopes(database, readAllSubjects),
      objects: new ImageObjects(s3, scanBucket),
      renderer,
      publicUrl,
      audit: new PostgresAccessAudit(retryingOnce(writer)),
      observer: apiObserver(log, metrics),
    });
    return {
      routes,
      // The newest of what its statements need.
      ready: async () => schemaReady(reader, 'SELECT FROM instance JOIN series USING (hospital_id) LIMIT 0'),
      close: async () => {
        await renderer.close();
        await close();
        s3.destroy();
      },
    };
  },
};

if (isMainThread) serverProgram(PROGRAM);
else serveRenderings();
