import { z } from 'zod'
import { componentNames } from './component'

/** Shapes of what the API says of one package, of uploads that resume, and of building a hotfix. */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
export const packageComponent = z.enum([...componentNames, 'dmctl'])

/** A package of a mirror. */
export const wantedPackage = z.object({
  component: z.string(),
  /** The mirror's name where that is another: `component_sources` of a topology. */
  source: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/)
    .optional(),
  version: z.string(),
  os: z.string(),
  arch: z.string(),
})

const treeEntry = z.object({
  path: z.string(),
  type: z.enum(['file', 'directory', 'symlink']),
  sizeBytes: z.number(),
  mode: z.number(),
  sha256: z.string().optional(),
  target: z.string().optional(),
  platform: z.string().optional(),
  main: z.string().optional(),
})
const fileState = z.object({ sizeBytes: z.number(), mode: z.number(), sha256: z.string() })
const treeChange = z.object({
  path: z.string(),
  change: z.enum(['same', 'changed', 'added']),
  before: fileState.optional(),
  after: fileState,
  from: z.string().optional(),
})
export const programVersion = z.object({ release: z.string(), commit: z.string(), branch: z.string(), built: z.string(), go: z.string() })
export const verifiedPackage = programVersion.extend({
  cluster: z.string(),
  host: z.string(),
  user: z.string(),
  by: z.string(),
  at: z.iso.datetime(),
  text: z.string(),
})
const packageName = z.object({ sha256: z.string(), component: z.string(), version: z.string() })

export const packageDetail = z.object({
  sha256: z.string(),
  component: packageComponent,
  version: z.string(),
  os: z.string(),
  arch: z.string(),
  sizeBytes: z.number(),
  entry: z.string(),
  entrySha256: z.string(),
  origin: z.enum(['upload', 'mirror', 'hotfix']),
  originDetail: z.string(),
  createdBy: z.string(),
  createdAt: z.iso.datetime(),
  /** The name of `GET /api/packages/{sha256}/archive`. */
  fileName: z.string(),
  hotfix: z
    .object({
      baseSha256: z.string(),
      /** Null when the base is no longer in the store. */
      base: packageName.nullable(),
      uploadName: z.string(),
      uploadSha256: z.string(),
      ticket: z.string(),
      notes: z.string(),
    })
    .nullable(),
  verified: verifiedPackage.nullable(),
  /** Null for a package that was stored before trees were kept. */
  entries: z.array(treeEntry).nullable(),
  changes: z.array(treeChange),
  /** Instances that run from it, as the panel put it there. */
  instances: z.array(z.object({ cluster: z.string(), instance: z.string(), at: z.iso.datetime() })),
  /** Hotfixes that were built on it. */
  hotfixes: z.array(packageName),
})

export const uploadView = z.object({ id: z.string(), name: z.string(), sizeBytes: z.number(), offsetBytes: z.number() })

/** What a finished upload of a package should be; left out: found out from the archive and its name. */
export const keepUpload = z.object({
  sha256: sha256.optional(),
  component: packageComponent.optional(),
  version: z.string().max(100).optional(),
})

const placement = z.object({ component: packageComponent, from: z.string().max(1024), to: z.string().max(1024) })

/** Which release a hotfix is built on, and what of the upload goes where. */
export const hotfixRequest = z.object({
  /** Id of the finished upload. */
  upload: z.uuid(),
  version: z.string().trim().min(1).max(100),
  os: z.string().max(20).default('linux'),
  arch: z.string().max(20).default('amd64'),
  /** Left out: those that the upload is for. */
  components: z.array(packageComponent).min(1).max(8).optional(),
  placements: z.array(placement).max(200).default([]),
})
export const hotfixSave = hotfixRequest.extend({
  /** `previewHash` of the preview: what was shown is what is saved. */
  previewHash: sha256,
  ticket: z.string().trim().max(100).default(''),
  notes: z.string().trim().max(4000).default(''),
})
const problem = z.object({
  code: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
})
/** Result of the errand of `POST /api/hotfix-packages/preview`. */
export const hotfixPreview = z.object({
  upload: z.object({
    name: z.string(),
    form: z.enum(['archive', 'program', 'file']),
    sha256: z.string(),
    sizeBytes: z.number(),
    entries: z.array(treeEntry),
  }),
  packages: z.array(
    z.object({
      component: packageComponent,
      base: packageName.extend({ fileName: z.string(), createdAt: z.iso.datetime() }),
      entry: z.string(),
      changes: z.array(treeChange),
      problems: z.array(problem),
    }),
  ),
  /** Files of the upload that no package takes. */
  leftOut: z.array(z.string()),
  /** Without an error it can be saved. */
  problems: z.array(problem),
  previewHash: z.string(),
})

export const verifyPackage = z.object({ cluster: z.string().min(1), host: z.string().min(1) })

export type PackageDetail = z.infer<typeof packageDetail>
export type HotfixRequest = z.infer<typeof hotfixRequest>
export type HotfixSave = z.infer<typeof hotfixSave>
export type HotfixPreview = z.infer<typeof hotfixPreview>
export type VerifiedPackageView = z.infer<typeof verifiedPackage>
