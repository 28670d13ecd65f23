/** Pace and patience of a rolling operation, as typed. Seconds are texts, so that an empty field stays empty: its default holds. */
export type Pace = {
  canary: boolean
  batch: string
  tolerance: string
  stableS: string
  waitTimeoutS: string
  transferTimeoutS: string
}

export const defaultPace: Pace = { canary: true, batch: '', tolerance: '', stableS: '', waitTimeoutS: '', transferTimeoutS: '' }

/** Bounds of `rollingInput`, and what holds where nothing is typed. `null`: the gate's own. */
export const paceFields = {
  batch: { min: 1, max: 64, fallback: 1 },
  tolerance: { min: 0, max: 64, fallback: 0 },
  stableS: { min: 0, max: 3600, fallback: null },
  waitTimeoutS: { min: 5, max: 86_400, fallback: 120 },
  transferTimeoutS: { min: 5, max: 86_400, fallback: 600 },
} as const

export type PaceField = keyof typeof paceFields
export const paceFieldNames = ['batch', 'tolerance', 'stableS', 'waitTimeoutS', 'transferTimeoutS'] as const satisfies readonly PaceField[]

/** Whether what is typed is no whole number within the field's bounds. */
export const isBad = (field: PaceField, text: string): boolean => {
  if (text.trim() === '') return false
  const { min, max } = paceFields[field]
  return !/^\d+$/.test(text.trim()) || Number(text) < min || Number(text) > max
}

/** The fields of `rollingInput`; nothing of it is sent that was not asked for otherwise than by default. */
export const paceInput = (pace: Pace) => {
  const at = (field: PaceField): number | undefined => (pace[field].trim() === '' ? undefined : Number(pace[field]))
  const [stableS, waitTimeoutS, transferTimeoutS] = [at('stableS'), at('waitTimeoutS'), at('transferTimeoutS')]
  return {
    rolling: {
      batch: at('batch') ?? paceFields.batch.fallback,
      canary: pace.canary,
      tolerance: at('tolerance') ?? paceFields.tolerance.fallback,
      ...(stableS === undefined ? {} : { stableS }),
    },
    ...(waitTimeoutS === undefined ? {} : { waitTimeoutS }),
    ...(transferTimeoutS === undefined ? {} : { transferTimeoutS }),
  }
}

/** Fields that were typed into: shown open, so that nothing unusual is hidden. */
export const isUsual = (pace: Pace): boolean => paceFieldNames.every((field) => pace[field].trim() === '')
