'use client'

import { Check, Copy } from 'lucide-react'
import { useState } from 'react'

/** Copies `text`; the tick shows for a second and a half. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await copyText(text)
    setCopied(true)
    setTimeout(() => setCopied(false), 1500)
  }
  return (
    <button type="button" className="copy" aria-label={label} title={label} onClick={() => void copy()}>
      {copied ? <Check className="i i12 ok" aria-hidden="true" /> : <Copy className="i i12" aria-hidden="true" />}
    </button>
  )
}

/** Plain http on another address than localhost has no clipboard API: there a hidden field is used. */
export const copyText = async (text: string): Promise<void> => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  document.body.append(area)
  area.select()
  document.execCommand('copy')
  area.remove()
}
