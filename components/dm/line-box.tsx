'use client'

import { useId, useState } from 'react'
import { useWords } from '@/components/data/words'
import { completeDmctl, type DmctlKnown } from '@/server/domain/dmctl/complete'

const most = 12

/** One line of dmctl, completed from the commands, the flags and the names that the cluster has. Tab takes what is chosen. */
export function LineBox(props: {
  line: string
  onChange: (line: string) => void
  onRun: () => void
  known: DmctlKnown
  error?: string | undefined
}) {
  const { say } = useWords()
  const id = useId()
  const [open, setOpen] = useState(false)
  const [chosen, setChosen] = useState(0)
  const { from, options } = completeDmctl(props.line, props.known)
  const shown = open ? options.slice(0, most) : []
  const at = Math.min(chosen, shown.length - 1)
  const take = (option: string | undefined): void => {
    if (option === undefined) return
    props.onChange(`${props.line.slice(0, from)}${option} `)
    setChosen(0)
  }
  const onKey = (event: React.KeyboardEvent<HTMLInputElement>): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (event.key === 'Tab' && !event.shiftKey && shown.length > 0) take(shown[at])
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      setOpen(false)
      props.onRun()
    } else if (event.key === 'Escape' && shown.length > 0) setOpen(false)
    else if (step !== undefined && shown.length > 0) setChosen((at + step + shown.length) % shown.length)
    else if (step === 1) setOpen(true)
    else return
    event.preventDefault()
  }
  return (
    <div className="field relative">
      <label htmlFor={id}>{say('console.line')}</label>
      <div className="in l32 mono">
        <span className="t3 select-none" aria-hidden="true">
          dmctl
        </span>
        <input
          id={id}
          role="combobox"
          aria-expanded={shown.length > 0}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={shown.length > 0 ? `${id}-${at}` : undefined}
          aria-describedby={props.error ? `${id}-error ${id}-help` : `${id}-help`}
          aria-invalid={props.error ? true : undefined}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          value={props.line}
          onChange={(event) => {
            props.onChange(event.target.value)
            setOpen(true)
            setChosen(0)
          }}
          onKeyDown={onKey}
          onBlur={() => setOpen(false)}
        />
      </div>
      {shown.length > 0 ? (
        <div
          id={`${id}-list`}
          role="listbox"
          aria-label={say('console.options')}
          className="menu absolute left-0 max-h-72 overflow-auto"
          style={{ top: 58 }}
        >
          {shown.map((option, i) => (
            // biome-ignore lint/a11y/useFocusableInteractive: the field keeps the focus and names the active one
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
            <div
              key={option}
              id={`${id}-${i}`}
              role="option"
              aria-selected={i === at}
              className="mono cursor-pointer rounded-(--r2) px-2 py-1 text-[12px]"
              style={i === at ? { background: 'var(--bg-hover, var(--bg-subtle))' } : undefined}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(option)}
            >
              {option}
            </div>
          ))}
        </div>
      ) : (
        <div id={`${id}-list`} role="listbox" aria-label={say('console.options')} hidden />
      )}
      {props.error ? (
        <p className="ferr" id={`${id}-error`}>
          {props.error}
        </p>
      ) : null}
      <p className="fhint" id={`${id}-help`}>
        {say('console.line-help')}
      </p>
    </div>
  )
}
