/** Why a frame is not shown, by the word that is stored. A reason says something of the file's kind, and nothing of its patient. */
export const PREVIEW_SKIP_REASONS = {
  no_pixels: 'The instance has no pixels, as a report or a plan has none',
  pixels_unreadable: 'The pixels are damaged, or are not what the attributes say of them',
  codec_unsupported: 'The pixels are compressed in a way that is not decoded here',
  layout_unsupported: 'The samples are laid out in a way that is not read here',
  photometric_unsupported: 'The colours are written in a way that is not shown here',
  palette_missing: 'The colours are numbers of a palette, which the file does not have whole',
  frame_too_large: 'Decoding the frame would take more memory than there is for it',
  frame_missing: 'There is no frame of that number',
} as const;

export type PreviewSkipReason = keyof typeof PREVIEW_SKIP_REASONS;

/** Pixels that cannot be shown. Never leaves this folder: whoever asks gets its reason. */
export class PixelFault extends Error {
  constructor(
    readonly reason: PreviewSkipReason,
    options: ErrorOptions = {},
  ) {
    super(`${PREVIEW_SKIP_REASONS[reason]}.`, options);
    this.name = 'PixelFault';
  }
}
