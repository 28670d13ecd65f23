'use client'

import { useEffect, useState } from 'react'
import { useLocale } from './locale'

const listeners = new Set<(now: number) => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** The clock of the page, each second; null until the browser has taken over, so that both renders agree. */
export const useNow = (): number | null => {
  const [now, setNow] = useState<number | null>(null)
  useEffect(() => {
    setNow(Date.now())
    listeners.add(setNow)
    timer ??= setInterval(() => {
      const at = Date.now()
      for (const tell of listeners) tell(at)
    }, 1000)
    return () => {
      listeners.delete(setNow)
      if (listeners.size === 0 && timer) {
        clearInterval(timer)
        timer = undefined
      }
    }
  }, [])
  return now
}

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const

/** `2 s`, `14 min`, `3 h`, `12 d`. */
export const shortAge = (seconds: number): string => {
  const [unit, size] = units.find(([, each]) => seconds >= each) ?? units[3]
  return `${Math.max(0, Math.floor(seconds / size))} ${unit}`
}

/** `1 m 12 s`, `3 h 4 m`. */
export const durationText = (ms: number): string => {
  const s = Math.max(0, Math.round(ms / 1000))
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} m ${String(s % 60).padStart(2, '0')} s`
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} m`
}

/** `214.6 MiB` */
export const sizeText = (bytes: number): string =>
  bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`

/** The same for files, which may be small. */
export const fileSizeText = (bytes: number): string => (bytes < 2 ** 20 ? `${Math.ceil(bytes / 1024)} KiB` : sizeText(bytes))

const ago = (seconds: number, locale: string): string => {
  const text = shortAge(seconds)
  return locale.startsWith('zh')
    ? `${text.replace(' s', ' 秒').replace(' min', ' 分钟').replace(' h', ' 小时').replace(' d', ' 天')}前`
    : `${text} ago`
}

/** How long ago, kept fresh; the absolute time on hover. `age` leaves out “ago”. */
export function Time({ at, look = 'ago' }: { at: string | null | undefined; look?: 'ago' | 'age' | 'clock' | 'full' }) {
  const locale = useLocale()
  const now = useNow()
  if (!at) return <span className="t3">–</span>
  const date = new Date(at)
  const full = now === null ? at : date.toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'medium' })
  const seconds = now === null ? 0 : Math.max(0, (now - date.getTime()) / 1000)
  const text = {
    ago: () => ago(seconds, locale),
    age: () => shortAge(seconds),
    clock: () => date.toLocaleTimeString(locale, { hour12: false }),
    full: () => full,
  }[look]()
  return (
    <time dateTime={at} title={`${full} (${at})`} className="n nw">
      {now === null ? '…' : text}
    </time>
  )
}
