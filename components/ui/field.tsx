'use client'

import { clsx } from 'clsx'
import { Check } from 'lucide-react'
import { type ComponentProps, useId } from 'react'
import { StatusShape } from './status-shape'

type FieldProps = { label: string; hint?: React.ReactNode; error?: string | undefined; end?: React.ReactNode }

function Frame(props: FieldProps & { id: string; children: React.ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={props.id}>{props.label}</label>
      {props.children}
      {props.error ? (
        <p className="ferr" id={`${props.id}-error`}>
          <StatusShape shape="bad" />
          {props.error}
        </p>
      ) : null}
      {props.hint ? (
        <p className="fhint" id={`${props.id}-hint`}>
          {props.hint}
        </p>
      ) : null}
    </div>
  )
}

const described = (id: string, props: FieldProps): string | undefined =>
  [props.error && `${id}-error`, props.hint && `${id}-hint`].filter(Boolean).join(' ') || undefined

/** A labelled input; its error and its hint are read out with it. */
export function Field({ label, hint, error, end, mono, ...input }: FieldProps & { mono?: boolean } & ComponentProps<'input'>) {
  const made = useId()
  const id = input.id ?? made
  const frame = { label, hint, error }
  return (
    <Frame {...frame} id={id}>
      <div className={clsx('in l32', error && 'err', mono && 'mono')}>
        <input {...input} id={id} aria-invalid={error ? true : undefined} aria-describedby={described(id, frame)} />
        {end}
      </div>
    </Frame>
  )
}

export function AreaField({ label, hint, error, ...area }: FieldProps & ComponentProps<'textarea'>) {
  const made = useId()
  const id = area.id ?? made
  const frame = { label, hint, error }
  return (
    <Frame {...frame} id={id}>
      <textarea
        rows={5}
        {...area}
        id={id}
        className={clsx('area', error && 'err')}
        aria-invalid={error ? true : undefined}
        aria-describedby={described(id, frame)}
      />
    </Frame>
  )
}

export function SelectField({
  label,
  hint,
  error,
  options,
  ...select
}: FieldProps & { options: readonly { value: string; label: string }[] } & ComponentProps<'select'>) {
  const made = useId()
  const id = select.id ?? made
  const frame = { label, hint, error }
  return (
    <Frame {...frame} id={id}>
      <div className={clsx('in l32', error && 'err')}>
        <select {...select} id={id} className="select" aria-describedby={described(id, frame)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      </div>
    </Frame>
  )
}

/** A tick box with its words. */
export function Tick(props: { checked: boolean; onChange: (checked: boolean) => void; children: React.ReactNode }) {
  return (
    <label className="row cursor-pointer">
      <input type="checkbox" className="peer sr-only" checked={props.checked} onChange={(event) => props.onChange(event.target.checked)} />
      <span
        className={clsx(
          'chk peer-focus-visible:outline-2 peer-focus-visible:outline-(--focus) peer-focus-visible:outline-offset-2',
          props.checked && 'on',
        )}
      >
        {props.checked ? <Check className="i" aria-hidden="true" /> : null}
      </span>
      {props.children}
    </label>
  )
}
