/** A sentence by name, filled when shown. `{name}` in the text is replaced by `params.name`. */
export type Words = { word: string; params?: Readonly<Record<string, string | number>> }

export const languages = ['en', 'zh-CN'] as const
export type Language = (typeof languages)[number]

/** Both languages side by side, so that none can be forgotten: [English, 简体中文]. */
export type Pair = readonly [en: string, zh: string]

/** What a problem says: what happened and where, then what to do. */
export type ProblemWords = { message: Pair; hint: Pair }

/** Fills `{name}` placeholders; an unknown placeholder stays as it is, so that it is seen. */
export const fill = (text: string, params: Words['params'] = {}): string =>
  text.replace(/\{(\w+)\}/g, (whole, key: string) => String(params[key] ?? whole))

/** The text of a pair in a language. */
export const inLanguage = (pair: Pair, language: Language): string => pair[language === 'en' ? 0 : 1]
