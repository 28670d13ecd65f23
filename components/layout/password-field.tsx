'use client'

import { Eye, EyeOff } from 'lucide-react'
import { type ComponentProps, useState } from 'react'
import { useWords } from '@/components/data/words'
import { Field } from '@/components/ui/field'

/** A password that can be looked at while it is typed. */
export function PasswordField(props: Omit<ComponentProps<typeof Field>, 'type' | 'end'>) {
  const { say } = useWords()
  const [shown, setShown] = useState(false)
  const Icon = shown ? EyeOff : Eye
  return (
    <Field
      {...props}
      type={shown ? 'text' : 'password'}
      end={
        <button type="button" className="copy" aria-pressed={shown} aria-label={say('sign-in.show')} onClick={() => setShown(!shown)}>
          <Icon className="i" aria-hidden="true" />
        </button>
      }
    />
  )
}
