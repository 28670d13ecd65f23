'use client'

import { useState } from 'react'
import { api } from '@/components/data/api'
import { channelsKey, deliveriesKey } from '@/components/data/notify-queries'
import { useClusters, useSend } from '@/components/data/queries'
import { ErrorNote } from '@/components/data/states'
import { useWords } from '@/components/data/words'
import { PasswordField } from '@/components/layout/password-field'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { Field, SelectField, Tick } from '@/components/ui/field'
import { type ChannelRow, channelKinds, notifyEvents, signingKinds } from '@/server/domain/notify'
import { languages } from '@/server/domain/words/words'
import { bodyOf, type ChannelForm, complaintOf, formOf, madeSecret } from './channel-form'
import { MailFields } from './mail-fields'

type Part = { form: ChannelForm; set: (change: Partial<ChannelForm>) => void; channel: ChannelRow | undefined }

/** A new channel, or another setting of one; address and secret are never shown again, and stay when they are left empty. */
export function ChannelDialog({ channel, onClose }: { channel?: ChannelRow; onClose: () => void }) {
  const { say } = useWords()
  const [form, setForm] = useState<ChannelForm>(() => formOf(channel))
  const complaint = complaintOf(form, channel)
  const send = useSend(
    () =>
      api(channel ? `/api/channels/${channel.id}` : '/api/channels', { method: channel ? 'PATCH' : 'POST', body: bodyOf(form, channel) }),
    [channelsKey, deliveriesKey],
  )
  const part: Part = { form, set: (change) => setForm({ ...form, ...change }), channel }
  return (
    <Dialog
      open
      onClose={onClose}
      width={640}
      title={channel ? say('channel.title-change', { name: channel.name }) : say('channel.title-new')}
      footer={
        <>
          <Button onClick={onClose}>{say('act.cancel')}</Button>
          <Button look="primary" type="submit" form="channel" busy={send.isPending} reason={complaint ? say(complaint) : undefined}>
            {say('channel.save')}
          </Button>
        </>
      }
    >
      <form
        id="channel"
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          send.mutate(undefined, { onSuccess: onClose })
        }}
      >
        <ErrorNote error={send.error} />
        <Where {...part} />
        <What {...part} />
      </form>
    </Dialog>
  )
}

function Where({ form, set, channel }: Part) {
  const { say } = useWords()
  return (
    <>
      <div className="grid grid-cols-2 gap-4 max-md:grid-cols-1">
        <Field
          label={say('channels.name')}
          required
          maxLength={100}
          value={form.name}
          onChange={(event) => set({ name: event.target.value })}
        />
        {channel ? null : (
          <SelectField
            label={say('channels.kind')}
            value={form.kind}
            onChange={(event) => set({ kind: channelKinds.find((one) => one === event.target.value) ?? form.kind, secret: '' })}
            options={channelKinds.map((value) => ({ value, label: say(`channel.kind.${value}`) }))}
          />
        )}
      </div>
      {form.kind === 'mail' ? <MailFields form={form} set={set} channel={channel} /> : <Address form={form} set={set} channel={channel} />}
      {signingKinds.includes(form.kind) ? <Secret form={form} set={set} channel={channel} /> : null}
    </>
  )
}

function Address({ form, set, channel }: Part) {
  const { say } = useWords()
  const hint = channel ? say('channel.url-keep', { address: channel.address }) : say('channel.url-note')
  return (
    <PasswordField
      label={say('channel.url')}
      hint={/^http:/.test(form.url) ? say('channel.plain-http') : hint}
      required={!channel}
      autoComplete="off"
      spellCheck={false}
      placeholder="https://"
      value={form.url}
      onChange={(event) => set({ url: event.target.value })}
    />
  )
}

function Secret({ form, set, channel }: Part) {
  const { say } = useWords()
  const webhook = form.kind === 'webhook'
  const note = webhook ? say('channel.secret-note') : ''
  const label = form.kind === 'webhook' || form.kind === 'dingtalk' || form.kind === 'feishu' ? say(`channel.secret.${form.kind}`) : ''
  return (
    <>
      <div className="flex items-start gap-2">
        <div className="grow">
          <PasswordField
            label={label}
            hint={`${channel?.hasSecret ? say('channel.secret-keep') : ''} ${note}`.trim()}
            required={webhook && !channel}
            minLength={webhook ? 16 : 6}
            autoComplete="off"
            value={form.secret}
            onChange={(event) => set({ secret: event.target.value, dropSecret: false })}
          />
        </div>
        {webhook ? (
          <Button className="mt-6" onClick={() => set({ secret: madeSecret() })}>
            {say('channel.secret-make')}
          </Button>
        ) : null}
      </div>
      {channel?.hasSecret && !webhook ? (
        <Tick checked={form.dropSecret} onChange={(dropSecret) => set({ dropSecret, secret: '' })}>
          {say('channel.secret-drop')}
        </Tick>
      ) : null}
    </>
  )
}

function What({ form, set }: Part) {
  const { say } = useWords()
  const clusters = useClusters().data ?? []
  const names = [...new Set([...clusters.map(({ name }) => name), ...form.clusters])].sort()
  const flip = <T,>(list: readonly T[], one: T, on: boolean): T[] => (on ? [...list, one] : list.filter((each) => each !== one))
  return (
    <>
      <fieldset className="flex flex-col gap-2">
        <legend className="m pb-2">{say('channel.events')}</legend>
        <div className="grid grid-cols-2 gap-2 max-md:grid-cols-1">
          {notifyEvents.map((event) => (
            <Tick key={event} checked={form.events.includes(event)} onChange={(on) => set({ events: flip(form.events, event, on) })}>
              {say(`event.${event}`)}
            </Tick>
          ))}
        </div>
      </fieldset>
      <fieldset className="flex flex-col gap-2">
        <legend className="m pb-2">{say('channel.clusters')}</legend>
        <Tick checked={form.all} onChange={(all) => set({ all })}>
          {say('channel.all')}
        </Tick>
        {form.all ? null : (
          <div className="grid max-h-40 grid-cols-2 gap-2 overflow-auto pl-6 max-md:grid-cols-1">
            {names.map((name) => (
              <Tick key={name} checked={form.clusters.includes(name)} onChange={(on) => set({ clusters: flip(form.clusters, name, on) })}>
                {name}
              </Tick>
            ))}
          </div>
        )}
      </fieldset>
      <div className="grid grid-cols-2 gap-4 max-md:grid-cols-1">
        <Field
          label={say('channel.quiet')}
          hint={say('channel.quiet-note')}
          type="number"
          min={0}
          max={1440}
          required
          value={form.quietMinutes}
          onChange={(event) => set({ quietMinutes: event.target.value })}
        />
        <SelectField
          label={say('channel.language')}
          value={form.language}
          onChange={(event) => set({ language: languages.find((one) => one === event.target.value) ?? form.language })}
          options={languages.map((value) => ({ value, label: value === 'en' ? 'English' : '简体中文' }))}
        />
      </div>
      <Tick checked={form.enabled} onChange={(enabled) => set({ enabled })}>
        {say('channel.enabled')}
      </Tick>
    </>
  )
}
