/** What is made of stored values to be seen. */
export interface Greys {
  readonly slope: number;
  readonly intercept: number;
  /** Default: from the lowest to the highest value that there is. */
  readonly window: Window | undefined;
  /** Whether the lowest value is the lightest. */
  readonly isInverted: boolean;
}

/** The values that are told apart (DICOM PS3.3, C.11.2.1.2), after rescaling. */
export interface Window {
  readonly center: number;
  /** Above 0. */
  readonly width: number;
}

/** 0 (black) to 255, by the linear function of C.11.2.1.2.1. */
export function greys(means: Float32Array, { slope, intercept, window, isInverted }: Greys): Uint8Array {
  const { low, high } = window === undefined ? extremes(means, slope, intercept) : edges(window);
  const range = high - low;
  const shown = new Uint8Array(means.length);
  // `Uint8Array.from` takes ten times as long.
  for (let at = 0; at < means.length; at += 1) {
    const value = (means[at] ?? 0) * slope + intercept;
    const part = range > 0 ? Math.min(1, Math.max(0, (value - low) / range)) : Number(value > low);
    shown[at] = Math.round((isInverted ? 1 - part : part) * 255);
  }
  return shown;
}

function edges({ center, width }: Window): { readonly low: number; readonly high: number } {
  const half = (width - 1) / 2;
  return { low: center - 0.5 - half, high: center - 0.5 + half };
}

/** Of values that are all the same, half of them light: a step at the value. */
function extremes(
  means: Float32Array,
  slope: number,
  intercept: number,
): { readonly low: number; readonly high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const mean of means) {
    const value = mean * slope + intercept;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}
