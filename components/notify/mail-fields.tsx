'use client'

import { useWords } from '@/components/data/words'
import { PasswordField } from '@/components/layout/password-field'
import { Field, SelectField } from '@/components/ui/field'
import { mailCovers } from '@/server/domain/mail-server'
import type { ChannelRow } from '@/server/domain/notify'
import { type ChannelForm, mailGiven } from './channel-form'

/** The mail server of a channel and its addresses; of one that exists, all anew or nothing. */
export function MailFields(props: { form: ChannelForm; set: (change: Partial<ChannelForm>) => void; channel: ChannelRow | undefined }) {
  const { form, set, channel } = props
  const { say } = useWords()
  const required = !channel || mailGiven(form)
  const loggedIn = channel?.hasSecret === true && !mailGiven(form)
  return (
    <div className="grid grid-cols-2 gap-4 max-md:grid-cols-1">
      <Field
        label={say('mail.server')}
        hint={channel ? say('mail.server-keep', { address: channel.address }) : say('mail.server-note')}
        required={required}
        maxLength={300}
        autoComplete="off"
        spellCheck={false}
        placeholder="mail.example.com"
        value={form.server}
        onChange={(event) => set({ server: event.target.value })}
      />
      <SelectField
        label={say('mail.cover')}
        hint={form.cover === 'none' ? say('mail.cover-none-note') : undefined}
        value={form.cover}
        onChange={(event) => set({ cover: mailCovers.find((one) => one === event.target.value) ?? form.cover })}
        options={mailCovers.map((value) => ({ value, label: say(`mail.cover.${value}`) }))}
      />
      <Field
        label={say('mail.from')}
        type="email"
        required={required}
        autoComplete="off"
        placeholder="dm-panel@example.com"
        value={form.from}
        onChange={(event) => set({ from: event.target.value })}
      />
      <Field
        label={say('mail.to')}
        hint={say('mail.to-note')}
        type="email"
        multiple
        required={required}
        autoComplete="off"
        value={form.to}
        onChange={(event) => set({ to: event.target.value })}
      />
      <Field
        label={say('mail.user')}
        maxLength={320}
        autoComplete="off"
        spellCheck={false}
        value={form.user}
        onChange={(event) => set({ user: event.target.value })}
      />
      <PasswordField
        label={say('mail.password')}
        hint={loggedIn ? say('channel.secret-keep') : say('mail.password-note')}
        minLength={6}
        maxLength={500}
        autoComplete="off"
        value={form.secret}
        onChange={(event) => set({ secret: event.target.value })}
      />
    </div>
  )
}
