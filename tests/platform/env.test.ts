import { describe, expect, it } from 'vitest'
import { EnvInvalid, readEnv } from '@/server/env'

describe('environment', () => {
  it('has defaults for everything', () => {
    expect(readEnv({})).toMatchObject({ host: '127.0.0.1', port: 3000, trustProxy: false, tls: undefined, keyFile: undefined })
  })

  it('takes an empty variable as not set', () => {
    expect(readEnv({ PORT: '', DM_PANEL_TRUST_PROXY: '' })).toMatchObject({ port: 3000, trustProxy: false })
  })

  it('names every wrong variable with its value and why', () => {
    const wrong = { PORT: '70000', HOST: 'a b', DM_PANEL_TRUST_PROXY: 'maybe', DM_PANEL_PACKAGE_QUOTA_GIB: '-1', DM_PANEL_URL: 'panel:80' }
    expect(() => readEnv(wrong)).toThrow(EnvInvalid)
    for (const [name, value] of Object.entries(wrong)) expect(() => readEnv(wrong)).toThrow(`${name}=${value}: must be`)
  })

  it('takes the panel’s own address without a slash at its end', () => {
    expect(readEnv({ DM_PANEL_URL: 'https://panel.example.com/dm/' }).panelUrl).toBe('https://panel.example.com/dm')
  })

  it('wants certificate and key together', () => {
    expect(() => readEnv({ DM_PANEL_TLS_CERT: '/c.pem' })).toThrow(/DM_PANEL_TLS_KEY: must be set together/)
  })

  it('refuses a master key inside the data folder', () => {
    expect(() => readEnv({ DM_PANEL_DATA: '/d', DM_PANEL_KEY: '/d/sub/k' })).toThrow(/outside the data folder/)
    expect(readEnv({ DM_PANEL_DATA: '/d', DM_PANEL_KEY: '/d2/k' }).keyFile).toBe('/d2/k')
  })
})
