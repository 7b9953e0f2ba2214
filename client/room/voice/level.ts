// Loudness of voice samples for the meter. Pure.

/** Below this a room is silent: the meter rests. -50 dB relative to full scale. */
const FLOOR_DB = -50;
/** A raised voice close to the microphone: the meter is full. */
const CEILING_DB = -9;

/** Root mean square of samples in [-1, 1]; 0 for none. Linear in the number of samples. */
export function rms(samples: Float32Array): number {
  if (samples.length === 0) return 0;
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return Math.sqrt(sum / samples.length);
}

/** Height of the meter in [0, 1] for a root mean square: ears hear decibels, not amplitudes. */
export function meterHeight(level: number): number {
  if (level <= 0) return 0;
  const decibels = 20 * Math.log10(level);
  return Math.min(1, Math.max(0, (decibels - FLOOR_DB) / (CEILING_DB - FLOOR_DB)));
}

/**
 * Frequency of the strongest bin of a spectrum, in hertz; 0 when nothing rises above the floor.
 * @param decibels one value per bin, as AnalyserNode.getFloatFrequencyData gives them
 * @param binHz width of one bin
 */
export function dominantHz(decibels: Float32Array, binHz: number): number {
  let strongest = 0;
  for (let bin = 1; bin < decibels.length; bin++) {
    if ((decibels[bin] as number) > (decibels[strongest] as number)) strongest = bin;
  }
  const peak = decibels[strongest] ?? Number.NEGATIVE_INFINITY;
  return peak > -90 ? strongest * binHz : 0;
}
