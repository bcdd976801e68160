import type { LocalOutputs } from '../../outputs';
import type { Introduction } from '../../summary';

/** Where the gateway and its certificates are, and how a hospital sends a file and asks for what it sent, by curl. */
export function introduce(outputs: LocalOutputs): Introduction {
  const {
    ApiUrl: url,
    UploadUrl: uploads = '',
    LocalGatewayCaFile: ca = '',
    LocalClientsFolder: folder = '',
  } = outputs;
  const hospital = `curl --cacert ${ca} --cert ${folder}/hospital-a.crt --key ${folder}/hospital-a.key`;
  return {
    places: [
      ['Gateway', `${url}  lets in who has a client certificate of its authority`],
      [
        'Clients',
        `${folder}  .crt and .key of hospital-a, hospital-b, and reader, who reads all; expired and stranger are refused`,
      ],
      ['Authority', `${ca}  of the gateway's own certificate`],
      ['Scans', `${outputs.LocalScanFolder ?? ''}  until they are stored`],
      ['S3', `${outputs.LocalObjectsEndpoint ?? ''}  bucket ${outputs.ScanBucketName ?? ''}`],
      ['Redis', outputs.QueueEndpoint ?? ''],
    ],
    next: [
      "# send a file of at most 8 MiB as hospital-a: 201 and its upload's URL; larger ones go in parts by any tus client",
      `FILE=scan.dcm; ${hospital} -i --data-binary "@$FILE" -H 'Tus-Resumable: 1.0.0' -H "Upload-Length: $(($(wc -c < "$FILE")))" -H 'Content-Type: application/offset+octet-stream' ${uploads}`,
      '# ask for the studies of hospital-a',
      `${hospital} '${url}studies?limit=5'`,
    ],
  };
}
