/** Levels of what is searched, the outermost first: an answer has attributes of its own level and of those above. */
export const LEVELS = ['study', 'series', 'instance'] as const;
export type Level = (typeof LEVELS)[number];

/**
 * How a value is compared (DICOM PS3.4, C.2.2.2, "Attribute Matching").
 *
 * - `date`, `time`: a single one or a range.
 * - `name`: a person's, with wildcards, whatever its case.
 * - `text`, `code`: with wildcards, by its case.
 * - `uid`: one or a list.
 * - `number`: a whole one.
 */
export type Matching = 'date' | 'time' | 'name' | 'text' | 'code' | 'uid' | 'number';

export interface Attribute {
  /** Eight hexadecimal digits, capital. */
  readonly tag: string;
  /** As in DICOM PS3.6, table 6-1. */
  readonly keyword: string;
  readonly vr: string;
  readonly level: Level;
  /** Where it is kept; without one it is looked up in the DICOM JSON of an instance. */
  readonly column?: string;
  /** Default: it is shown, and not searched by. */
  readonly matching?: Matching;
  /** Part of every answer of its level (DICOM PS3.18, tables 10.6.3-3 to 10.6.3-5). Default: shown when asked for. */
  readonly isRequired?: boolean;
}

type Row = readonly [
  tag: string,
  keyword: string,
  vr: string,
  column: string | undefined,
  matching: Matching | undefined,
  use: 'required' | 'on request',
];

const STUDY: readonly Row[] = [
  ['00080020', 'StudyDate', 'DA', 'study.study_date', 'date', 'required'],
  ['00080030', 'StudyTime', 'TM', 'study.study_time', 'time', 'required'],
  ['00080050', 'AccessionNumber', 'SH', 'study.accession_number', 'text', 'required'],
  ['00080061', 'ModalitiesInStudy', 'CS', 'modalities', 'code', 'required'],
  ['00080090', 'ReferringPhysicianName', 'PN', 'study.referring_physician', 'name', 'required'],
  ['00080201', 'TimezoneOffsetFromUTC', 'SH', undefined, undefined, 'required'],
  ['00100010', 'PatientName', 'PN', 'patient.name', 'name', 'required'],
  ['00100020', 'PatientID', 'LO', 'patient.patient_id', 'text', 'required'],
  ['00100021', 'IssuerOfPatientID', 'LO', 'patient.issuer', 'text', 'required'],
  ['00100030', 'PatientBirthDate', 'DA', 'patient.birth_date', 'date', 'required'],
  ['00100040', 'PatientSex', 'CS', 'patient.sex', 'code', 'required'],
  ['0020000D', 'StudyInstanceUID', 'UI', 'study.study_uid', 'uid', 'required'],
  ['00200010', 'StudyID', 'SH', 'study.study_id', 'text', 'required'],
  ['00201206', 'NumberOfStudyRelatedSeries', 'IS', 'study_series', undefined, 'required'],
  ['00201208', 'NumberOfStudyRelatedInstances', 'IS', 'study_instances', undefined, 'required'],
  ['00081030', 'StudyDescription', 'LO', 'study.description', 'text', 'on request'],
  ['00081032', 'ProcedureCodeSequence', 'SQ', undefined, undefined, 'on request'],
  ['00081060', 'NameOfPhysiciansReadingStudy', 'PN', undefined, undefined, 'on request'],
  ['00081080', 'AdmittingDiagnosesDescription', 'LO', undefined, undefined, 'on request'],
  ['00081110', 'ReferencedStudySequence', 'SQ', undefined, undefined, 'on request'],
  ['00101001', 'OtherPatientNames', 'PN', undefined, undefined, 'on request'],
  ['00101010', 'PatientAge', 'AS', undefined, undefined, 'on request'],
  ['00101020', 'PatientSize', 'DS', undefined, undefined, 'on request'],
  ['00101030', 'PatientWeight', 'DS', undefined, undefined, 'on request'],
  ['00102160', 'EthnicGroup', 'SH', undefined, undefined, 'on request'],
  ['00102180', 'Occupation', 'SH', undefined, undefined, 'on request'],
  ['001021B0', 'AdditionalPatientHistory', 'LT', undefined, undefined, 'on request'],
  ['00104000', 'PatientComments', 'LT', undefined, undefined, 'on request'],
];

const SERIES: readonly Row[] = [
  ['00080060', 'Modality', 'CS', 'series.modality', 'code', 'required'],
  ['0008103E', 'SeriesDescription', 'LO', 'series.description', 'text', 'required'],
  ['0020000E', 'SeriesInstanceUID', 'UI', 'series.series_uid', 'uid', 'required'],
  ['00200011', 'SeriesNumber', 'IS', 'series.series_number', 'number', 'required'],
  ['00201209', 'NumberOfSeriesRelatedInstances', 'IS', 'series_instances', undefined, 'required'],
  ['00400244', 'PerformedProcedureStepStartDate', 'DA', undefined, undefined, 'required'],
  ['00400245', 'PerformedProcedureStepStartTime', 'TM', undefined, undefined, 'required'],
  ['00400275', 'RequestAttributesSequence', 'SQ', undefined, undefined, 'required'],
  ['00180015', 'BodyPartExamined', 'CS', 'series.body_part', 'code', 'on request'],
  ['00080021', 'SeriesDate', 'DA', undefined, undefined, 'on request'],
  ['00080031', 'SeriesTime', 'TM', undefined, undefined, 'on request'],
  ['00080070', 'Manufacturer', 'LO', undefined, undefined, 'on request'],
  ['00080080', 'InstitutionName', 'LO', undefined, undefined, 'on request'],
  ['00081010', 'StationName', 'SH', undefined, undefined, 'on request'],
  ['00081050', 'PerformingPhysicianName', 'PN', undefined, undefined, 'on request'],
  ['00081090', 'ManufacturerModelName', 'LO', undefined, undefined, 'on request'],
  ['00181030', 'ProtocolName', 'LO', undefined, undefined, 'on request'],
  ['00185100', 'PatientPosition', 'CS', undefined, undefined, 'on request'],
  ['00200060', 'Laterality', 'CS', undefined, undefined, 'on request'],
];

const INSTANCE: readonly Row[] = [
  ['00080016', 'SOPClassUID', 'UI', 'instance.sop_class_uid', 'uid', 'required'],
  ['00080018', 'SOPInstanceUID', 'UI', 'instance.sop_instance_uid', 'uid', 'required'],
  ['00200013', 'InstanceNumber', 'IS', 'instance.instance_number', 'number', 'required'],
  ['00280008', 'NumberOfFrames', 'IS', 'instance.frames', undefined, 'required'],
  ['00280010', 'Rows', 'US', 'instance.rows', undefined, 'required'],
  ['00280011', 'Columns', 'US', 'instance.columns', undefined, 'required'],
  ['00280100', 'BitsAllocated', 'US', undefined, undefined, 'required'],
  ['00083002', 'AvailableTransferSyntaxUID', 'UI', 'instance.transfer_syntax_uid', undefined, 'on request'],
  ['00080008', 'ImageType', 'CS', undefined, undefined, 'on request'],
  ['00080022', 'AcquisitionDate', 'DA', undefined, undefined, 'on request'],
  ['00080023', 'ContentDate', 'DA', undefined, undefined, 'on request'],
  ['00080032', 'AcquisitionTime', 'TM', undefined, undefined, 'on request'],
  ['00080033', 'ContentTime', 'TM', undefined, undefined, 'on request'],
  ['00200012', 'AcquisitionNumber', 'IS', undefined, undefined, 'on request'],
  ['00200032', 'ImagePositionPatient', 'DS', undefined, undefined, 'on request'],
  ['00200037', 'ImageOrientationPatient', 'DS', undefined, undefined, 'on request'],
  ['00280004', 'PhotometricInterpretation', 'CS', undefined, undefined, 'on request'],
  ['00280030', 'PixelSpacing', 'DS', undefined, undefined, 'on request'],
];

/** Attributes that searches know by keyword and tag. */
export const ATTRIBUTES: readonly Attribute[] = [
  ...STUDY.map(attributeOf('study')),
  ...SERIES.map(attributeOf('series')),
  ...INSTANCE.map(attributeOf('instance')),
];

function attributeOf(level: Level): (row: Row) => Attribute {
  return ([tag, keyword, vr, column, matching, use]) => ({
    tag,
    keyword,
    vr,
    level,
    isRequired: use === 'required',
    ...(column !== undefined && { column }),
    ...(matching !== undefined && { matching }),
  });
}

const BY_NAME = new Map(
  ATTRIBUTES.flatMap((attribute) => [[attribute.tag, attribute] as const, [attribute.keyword, attribute] as const]),
);

/** @param name keyword, or tag of eight hexadecimal digits in any case. */
export function attributeNamed(name: string): Attribute | undefined {
  return BY_NAME.get(name) ?? BY_NAME.get(name.toUpperCase());
}

/** Whether attributes of one level are known of what is searched on the other. */
export function isWithin(level: Level, searched: Level): boolean {
  return LEVELS.indexOf(level) <= LEVELS.indexOf(searched);
}
