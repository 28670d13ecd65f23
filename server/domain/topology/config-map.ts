/**
 * A value of a free configuration map (`server_configs`, `config`). JSON can't tell 10.0 from 10, and loses integers beyond 2^53;
 * TOML and DM can tell, so both are kept as their text.
 */
export type ConfigValue =
  | string
  | number
  | boolean
  | { readonly $float: string }
  | { readonly $int: string }
  | readonly ConfigValue[]
  | ConfigMap
export type ConfigMap = { readonly [key: string]: ConfigValue }

export const isConfigMap = (value: ConfigValue): value is ConfigMap =>
  typeof value === 'object' && !Array.isArray(value) && exactNumber(value) === undefined

/** The text of a number that JSON can't hold exactly; undefined for every other value. */
export const exactNumber = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const keys = Object.keys(value)
  if (keys.length !== 1) return undefined
  if ('$float' in value && typeof value.$float === 'string') return value.$float
  if ('$int' in value && typeof value.$int === 'string') return value.$int
  return undefined
}
