'use client'

import { clsx } from 'clsx'
import Link from 'next/link'
import type { ComponentProps } from 'react'
import { StatusShape } from './status-shape'
import { Tooltip } from './tooltip'

export type ButtonLook = 'primary' | 'secondary' | 'ghost' | 'danger' | 'danger-solid'
type Common = { look?: ButtonLook; size?: 'small' | 'normal' | 'large'; square?: boolean }

const classes = ({ look = 'secondary', size = 'normal', square }: Common, more?: string): string =>
  clsx('btn', look !== 'secondary' && look, size === 'small' && 's24', size === 'large' && 'l32', square && 'sq', more)

export type ButtonProps = Omit<ComponentProps<'button'>, 'disabled'> &
  Common & {
    /** Why it can't be used now. It stays focusable and says so. */
    reason?: string | undefined
    /** Waits for an answer: shows the arc, refuses a second press. */
    busy?: boolean | undefined
  }

/** Never `disabled`: with a reason it is aria-disabled and tells the reason on hover and focus. */
export function Button({ look, size, square, reason, busy, className, onClick, children, type, ...rest }: ButtonProps) {
  const off = Boolean(reason) || Boolean(busy)
  return (
    <Tooltip text={reason}>
      <button
        {...rest}
        type={type === 'submit' && off ? 'button' : (type ?? 'button')}
        aria-disabled={off || undefined}
        aria-busy={busy || undefined}
        className={classes({ ...(look && { look }), ...(size && { size }), ...(square && { square }) }, className)}
        onClick={off ? (event) => event.preventDefault() : onClick}
      >
        {busy ? <StatusShape shape="busy" /> : null}
        {children}
      </button>
    </Tooltip>
  )
}

export function ButtonLink({ look, size, square, className, ...rest }: ComponentProps<typeof Link> & Common) {
  return <Link {...rest} className={classes({ ...(look && { look }), ...(size && { size }), ...(square && { square }) }, className)} />
}
