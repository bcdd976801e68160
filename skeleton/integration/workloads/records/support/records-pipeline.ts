import type { Bundle, FhirResource, Patient } from 'fhir/r4';
import { bundleOf } from '../../../support/api-client';
import { eventually, Pipeline, recordOf } from '../../../support/pipeline';

type ResourceOf<Type extends FhirResource['resourceType']> = Extract<FhirResource, { resourceType: Type }>;

/** A pipeline of records: resources, Bundles and HL7 v2 messages go in, resources come out. */
export class RecordsPipeline extends Pipeline {
  /** Puts submissions to the stream, one record each, in order: they have one partition key. */
  async send(...submissions: ReadonlyArray<object | string>): Promise<void> {
    await this.sendRecords(
      submissions.map((one) => recordOf(this.idPrefix, [typeof one === 'string' ? one : JSON.stringify(one)])),
    );
  }

  /** Puts submissions, and a last one behind them: once it shows, whatever came before it was handled. */
  async sendAndSettle(...submissions: ReadonlyArray<object | string>): Promise<void> {
    const sentinel: Patient = { resourceType: 'Patient', id: this.patient(crypto.randomUUID().slice(0, 8)) };
    await this.send(...submissions, sentinel);
    await this.arrived('Patient', sentinel.id ?? '');
  }

  /** Asks until the resource is there and right, or time is up. @throws when it is not, with the last answer. */
  async arrived<Type extends FhirResource['resourceType']>(
    resourceType: Type,
    id: string,
    isRight: (resource: ResourceOf<Type>) => boolean = () => true,
  ): Promise<ResourceOf<Type>> {
    const isIt = (resource: FhirResource): resource is ResourceOf<Type> => resource.resourceType === resourceType;
    const { status, body } = await eventually(
      async () => this.api.get(`${resourceType}/${id}`),
      (answer) => answer.status === 200 && isIt(answer.body) && isRight(answer.body),
    );
    if (status !== 200 || !isIt(body)) throw new Error(`${resourceType}/${id} did not come: ${status}`);
    return body;
  }

  async status(path: string): Promise<number> {
    return (await this.api.get(path)).status;
  }

  /** The versions of a resource, newest first: what they say, `undefined` for one that says it was removed. */
  async history(path: string): Promise<Array<FhirResource | undefined>> {
    return (bundleOf(await this.api.get(`${path}/_history`)).entry ?? []).map(({ resource }) => resource);
  }

  /** Ids of what a search finds, in order of the ids. */
  async found(resourceType: FhirResource['resourceType'], query: Readonly<Record<string, string>>): Promise<string[]> {
    return (await this.api.searchAll(resourceType, query)).map(({ id }) => id ?? '').sort();
  }
}

/** A transaction of writes, each to the place that its id names. */
export function transaction(...resources: readonly object[]): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: resources.map((resource) => {
      const { resourceType, id } = resource as { resourceType: string; id: string };
      return { resource: resource as FhirResource, request: { method: 'PUT', url: `${resourceType}/${id}` } };
    }),
  };
}
