import { groupOf } from '../dicom/tag';

/**
 * Attributes of the standard dictionary that Table E.1-1 of PS3.15 does not list, and that name a person, a device, a place or an order, or
 * hold what a person wrote, all the same. The table is "the minimum actions required for conformance" (PS3.15, E.1.1), so more may go.
 * All are Type 3, or are in no composite image IOD, so that they can be removed.
 */
const REMOVED_BESIDE: readonly (readonly [tag: number, keyword: string])[] = [
  // Patients.
  [0x00100024, 'IssuerOfPatientIDQualifiersSequence'],
  [0x00100026, 'SourcePatientGroupIdentificationSequence'],
  [0x00100027, 'GroupOfPatientsIdentificationSequence'],
  [0x00100033, 'PatientBirthDateInAlternativeCalendar'],
  [0x00100034, 'PatientDeathDateInAlternativeCalendar'],
  [0x00101021, 'PatientSizeCodeSequence'],
  [0x00101022, 'PatientBodyMassIndex'],
  [0x00102295, 'BreedRegistrationNumber'],
  [0x00189911, 'PatientSpecificationSequence'],
  [0x00380502, 'PatientClinicalTrialParticipationSequence'],
  // People at work.
  [0x00321031, 'RequestingPhysicianIdentificationSequence'],
  [0x00404009, 'HumanPerformerCodeSequence'],
  [0x0040a076, 'DocumentingObserverIdentifierCodeSequenceTrial'],
  [0x00440103, 'AsserterIdentificationSequence'],
  [0x00720008, 'HangingProtocolCreator'],
  [0x0072000e, 'HangingProtocolUserIdentificationCodeSequence'],
  [0x00720010, 'HangingProtocolUserGroupName'],
  [0x0074100c, 'ContactDisplayName'],
  [0x30100019, 'AuthorIdentificationSequence'],
  // Orders, and what else a hospital numbers.
  [0x00080051, 'IssuerOfAccessionNumberSequence'],
  [0x00401006, 'PlacerOrderNumberProcedure'],
  [0x00401007, 'FillerOrderNumberProcedure'],
  [0x00402006, 'PlacerOrderNumberImagingServiceRequestRetired'],
  [0x00402007, 'FillerOrderNumberImagingServiceRequestRetired'],
  [0x00400324, 'BillingSuppliesAndDevicesSequence'],
  [0x00400515, 'AlternateContainerIdentifierSequence'],
  [0x0040e001, 'HL7InstanceIdentifier'],
  [0x00540400, 'ImageID'],
  [0x00880130, 'StorageMediaFileSetID'],
  [0x21000010, 'PrintJobID'],
  [0x21000160, 'OwnerID'],
  [0x21100030, 'PrinterName'],
  [0x21100099, 'PrintQueueID'],
  // Devices, and where they are.
  [0x00181003, 'DeviceID'],
  [0x00181006, 'GridID'],
  [0x00181010, 'SecondaryCaptureDeviceID'],
  [0x00181011, 'HardcopyCreationDeviceID'],
  [0x00181803, 'NTPSourceAddress'],
  [0x00440012, 'SubstanceAdministrationDeviceID'],
  [0x30020020, 'RadiationMachineName'],
  // Where the original is, and what it was.
  [0x00080407, 'StoredInstanceBaseURI'],
  [0x0008041b, 'RecordKey'],
  [0x0008041c, 'PriorRecordKey'],
  [0x00083001, 'AlternateRepresentationSequence'],
  [0x00404071, 'DICOMStorageSequence'],
  [0x00404072, 'STOWRSStorageSequence'],
  [0x00404074, 'XDSStorageSequence'],
  [0x0040e011, 'RetrieveLocationUID'],
  [0x0040a074, 'ObjectBinaryIdentifierTrial'],
  [0x0040a089, 'ObjectDirectoryBinaryIdentifierTrial'],
  // Says how long the document was that a dummy has replaced.
  [0x00420015, 'EncapsulatedDocumentLength'],
  [0x04000401, 'DigitalSignaturePurposeCodeSequence'],
  [0x04000500, 'EncryptedAttributesSequence'],
  // Lines of free text that have the VR of a name.
  [0x0020103f, 'TargetPositionReferenceIndicator'],
  [0x00189916, 'InstructionText'],
  [0x00287007, 'SystemStatusComment'],
  [0x0028702a, 'TestResultComment'],
  [0x00286022, 'FrameOfInterestDescription'],
  [0x00209453, 'FrameLabel'],
  [0x00440011, 'SubstanceAdministrationNotes'],
  [0x00741202, 'WorklistLabel'],
  [0x00741204, 'ProcedureStepLabel'],
  [0x20000050, 'FilmSessionLabel'],
  [0x30040006, 'DoseComment'],
  [0x300600c8, 'FrameOfReferenceTransformationComment'],
];

/**
 * Lines of text, too, that an IOD requires to be there, and lets be empty (Type 2): Position Reference Indicator names an anatomical landmark, and
 * scanners put in it what the operator wrote as the description of the study.
 */
const EMPTIED_BESIDE: ReadonlySet<number> = new Set([0x00201040]);

const TAGS: ReadonlySet<number> = new Set(REMOVED_BESIDE.map(([tag]) => tag));

/**
 * Groups that have no place in the data set of a stored instance, or only to say what people, places and luggage are about: commands,
 * file meta information and directories (which PS3.15, E.1.1, says to be misused in data sets), overlays, of which nothing is left without
 * their data, and DICOS' security screening.
 */
function isRemovedGroup(group: number): boolean {
  return group < 0x0008 || (group >= 0x6000 && group < 0x6100) || group === 0x4010;
}

/** Whether an attribute that the profile does not list is removed all the same. */
export function isRemovedBeside(tag: number): boolean {
  return TAGS.has(tag) || isRemovedGroup(groupOf(tag));
}

/** Whether an attribute that the profile does not list is emptied all the same. */
export function isEmptiedBeside(tag: number): boolean {
  return EMPTIED_BESIDE.has(tag);
}

/** The list, to be compared with a dictionary. */
export const SUPPLEMENT: ReadonlyMap<number, string> = new Map(REMOVED_BESIDE);
