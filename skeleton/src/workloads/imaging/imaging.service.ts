import { imagingAlarms } from './alarms.service';
import type { ImagingParts } from './alarms.service';
import { imagingDashboard } from './dashboard.service';
import { imagingGateway } from './gateway.service';
import { imagingOperator } from './operator.service';
import { imagingPrograms } from './programs.service';
import { scaleWorkers } from './scaling.service';
import { imagingStores } from './stores.service';
import type { OperatorProgram } from '../../foundation/operator-program';
import type { Foundation, WorkloadService } from '../../foundation/pipeline-parts';
import { rotationOf } from '../../foundation/rotation';

/**
 * Medical images: hospitals send DICOM files by mutual TLS, workers store them with what they say of themselves, a preview and a de-identified
 * derivative, and DICOMweb answers what is stored.
 */
export const imaging: WorkloadService = (foundation) => {
  const stores = imagingStores(foundation);
  const rotation = rotationOf(foundation, stores.database);
  const programs = imagingPrograms(foundation, stores);
  scaleWorkers(foundation, programs.worker);
  const gateway = imagingGateway(foundation, stores, programs);
  const operator = imagingOperator(foundation, stores);
  const parts: ImagingParts = { stores, programs, gateway, rotation };
  imagingAlarms(foundation, parts);
  const dashboard = imagingDashboard(foundation, parts);
  return {
    ...programOutputs(parts),
    ...storeOutputs(parts),
    ...wayInOutputs(parts),
    ...operatorOutputs(foundation, operator),
    DashboardName: dashboard.dashboardName,
  };
};

/** Where other pipelines have processors and a program that takes in what is sent, this one has workers and uploads. */
function programOutputs({ programs: { upload, query, worker }, rotation }: ImagingParts) {
  return {
    EcsClusterName: worker.cluster.clusterName,
    ProcessorServiceName: worker.service.serviceName,
    ProcessorLogGroupName: worker.logGroup.logGroupName,
    UploadServiceName: upload.service.serviceName,
    IngestLogGroupName: upload.logGroup.logGroupName,
    QueryServiceName: query.service.serviceName,
    QueryLogGroupName: query.logGroup.logGroupName,
    ...(rotation === undefined ? {} : { RotationFunctionName: rotation.functionName }),
  };
}

function storeOutputs({ stores: { database, queue, files, scans, life, deidentificationKey } }: ImagingParts) {
  return {
    KinesisStreamName: life.stream.streamName,
    KinesisStreamArn: life.stream.streamArn,
    DatabaseEndpoint: database.host,
    ...(database.readerHost === undefined ? {} : { DatabaseReaderEndpoint: database.readerHost }),
    DatabaseName: database.databaseName,
    DatabaseSecretArn: database.secretArn,
    QueueEndpoint: queue.endpoint,
    QueueReplicationGroupId: queue.replicationGroupId,
    FileSystemId: files.fileSystemId,
    ScanBucketName: scans.bucket.bucketName,
    DeidentificationKeyArn: deidentificationKey.keyArn,
  };
}

function wayInOutputs({ gateway: { api, loadBalancer } }: ImagingParts) {
  return {
    ApiUrl: api.url,
    ApiId: api.api.restApiId,
    DomainName: api.domainName,
    RegionalDomainTarget: api.domain.target,
    RegionalDomainHostedZoneId: api.domain.hostedZoneId,
    UploadUrl: `${api.url}uploads`,
    LoadBalancerArn: loadBalancer.loadBalancer.loadBalancerArn,
  };
}

function operatorOutputs({ network }: Foundation, { task, exports }: OperatorProgram) {
  return {
    OperatorTaskDefinitionArn: task.definition.taskDefinitionArn,
    OperatorSecurityGroupId: task.securityGroup.securityGroupId,
    OperatorSubnetIds: network.vpc.selectSubnets(network.privateSubnets).subnetIds.join(','),
    ExportBucketName: exports.bucket.bucketName,
  };
}
