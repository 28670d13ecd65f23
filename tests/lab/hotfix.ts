/** Hotfix packages of the lab, made by the panel of an upload as the hotfix document names it. */
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { HotfixPreview } from '@/server/domain/api-packages'
import type { PackageInfo } from '@/server/domain/package'
import type { ApiClient } from '@/tests/support/api-client'
import { buildStandins, standinHotfix } from './build-packages'

export type Hotfix = Readonly<Record<'dm-master' | 'dm-worker', string>>

/** `dm-linux-amd64.tar.gz` with both programs of the hotfix under `dm-linux-amd64/bin`. */
const hotfixTarball = (): Buffer => {
  const folder = mkdtempSync(path.join(tmpdir(), 'hotfix-'))
  try {
    const bin = path.join(folder, 'dm-linux-amd64', 'bin')
    mkdirSync(bin, { recursive: true })
    for (const program of ['dm-master', 'dm-worker'])
      copyFileSync(path.join(buildStandins(), standinHotfix, program), path.join(bin, program))
    execFileSync('tar', ['-czf', path.join(folder, 'dm-linux-amd64.tar.gz'), '-C', folder, 'dm-linux-amd64'])
    return readFileSync(path.join(folder, 'dm-linux-amd64.tar.gz'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Uploads in one piece, by tus; resolves with the upload's id. */
const upload = async (api: ApiClient, name: string, bytes: Buffer): Promise<string> => {
  const cookie = api
    .cookies()
    .map((one) => `${one.name}=${one.value}`)
    .join('; ')
  const common = { 'tus-resumable': '1.0.0', origin: api.url, cookie }
  const metadata = `filename ${Buffer.from(name).toString('base64')}`
  const created = await fetch(`${api.url}/api/uploads`, {
    method: 'POST',
    headers: { ...common, 'upload-length': String(bytes.length), 'upload-metadata': metadata },
  })
  const location = new URL(created.headers.get('location') ?? '', api.url)
  const sent = await fetch(location, {
    method: 'PATCH',
    headers: { ...common, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
    body: new Uint8Array(bytes),
  })
  if (!sent.ok) throw new Error(`upload: ${created.status} ${sent.status} ${await sent.text()}`)
  return location.pathname.slice(location.pathname.lastIndexOf('/') + 1)
}

/** Previews and builds; resolves with the package of each component. */
export const buildHotfix = async (api: ApiClient, version: string, more: { ticket?: string; notes?: string } = {}): Promise<Hotfix> => {
  const id = await upload(api, 'dm-linux-amd64.tar.gz', hotfixTarball())
  const asked = { upload: id, version }
  const { previewHash } = await api.errand<HotfixPreview>('/api/hotfix-packages/preview', asked)
  const { packages } = await api.errand<{ packages: PackageInfo[] }>('/api/hotfix-packages', { ...asked, ...more, previewHash })
  const of = (component: string): string => packages.find((one) => one.component === component)?.sha256 ?? ''
  return { 'dm-master': of('dm-master'), 'dm-worker': of('dm-worker') }
}
