import type { Random } from '../../../simulator/random';

/** What an episode adds to the baselines, each in the sign's own unit. */
export interface EpisodeShift {
  readonly heartRate: number;
  readonly respiratoryRate: number;
  readonly oxygenSaturation: number;
  readonly temperature: number;
  readonly systolicPressure: number;
}

export interface Episode {
  readonly name: string;
  readonly shift: EpisodeShift;
  readonly endsAtMs: number;
}

const NO_SHIFT: EpisodeShift = {
  heartRate: 0,
  respiratoryRate: 0,
  oxygenSaturation: 0,
  temperature: 0,
  systolicPressure: 0,
};

const KINDS: readonly [Omit<Episode, 'endsAtMs'>, ...Omit<Episode, 'endsAtMs'>[]] = [
  { name: 'tachycardia', shift: { ...NO_SHIFT, heartRate: 55 } },
  { name: 'bradycardia', shift: { ...NO_SHIFT, heartRate: -35 } },
  { name: 'desaturation', shift: { ...NO_SHIFT, oxygenSaturation: -9, respiratoryRate: 8, heartRate: 15 } },
  { name: 'hypotension', shift: { ...NO_SHIFT, systolicPressure: -40, heartRate: 20 } },
  { name: 'fever', shift: { ...NO_SHIFT, temperature: 2.2, heartRate: 15 } },
];

/** A patient on the ward has an episode about every half hour, which makes an alarm or two a minute with 50 patients. */
const SECONDS_BETWEEN_EPISODES = 1_800;
const EPISODE_SECONDS = { minimum: 60, maximum: 180 } as const;

/** The episode that begins within the `elapsedSeconds` before `atMs`, where one does. */
export function episodeBeginning(random: Random, elapsedSeconds: number, atMs: number): Episode | undefined {
  if (!random.chance(1 - Math.exp(-elapsedSeconds / SECONDS_BETWEEN_EPISODES))) return undefined;
  const seconds = random.between(EPISODE_SECONDS.minimum, EPISODE_SECONDS.maximum);
  return { ...random.pick(KINDS), endsAtMs: atMs + seconds * 1_000 };
}

/** What the episode adds now: nothing without one. */
export function shiftOf(episode: Episode | undefined): EpisodeShift {
  return episode?.shift ?? NO_SHIFT;
}
