'use client'

import { createContext, useContext } from 'react'

const Locale = createContext('en')

/** The BCP 47 language in which primitives format numbers and times. */
export const LocaleProvider = Locale.Provider
export const useLocale = (): string => useContext(Locale)
