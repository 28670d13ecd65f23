import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import { AppError } from '@/server/domain/app-error'
import { type UploadMetadata, uploadsFolder } from '@/server/usecases/receive-upload'

/**
 * The bytes of uploads, by the tus protocol 1.0: created with their length, sent in one or more pieces, continued at their byte after a cut.
 * Who may do what is decided before; this only moves bytes.
 */
export type TusUploads = {
  create(request: Request, begun: { id: string; metadata: UploadMetadata }): Promise<Response>
  /** HEAD and PATCH. */
  continue(request: Request): Promise<Response>
}

export const uploadsPath = '/api/uploads'

export const tusUploads = (dataFolder: string): TusUploads => {
  const begun = new WeakMap<object, { id: string; metadata: UploadMetadata }>()
  const of = (request: object): { id: string; metadata: UploadMetadata } => {
    const known = begun.get(request)
    if (!known) throw new Error('an upload was created by another way than create()')
    return known
  }
  const server = new Server({
    path: uploadsPath,
    datastore: new FileStore({ directory: uploadsFolder(dataFolder) }),
    relativeLocation: true,
    allowedOrigins: [],
    namingFunction: (request) => of(request).id,
    onUploadCreate: async (request) => ({ metadata: of(request).metadata }),
  })
  return {
    create: async (request, upload) => {
      begun.set(request, upload)
      return answered(await server.handleWeb(request))
    },
    continue: async (request) => answered(await server.handleWeb(request)),
  }
}

/** A refusal of the protocol in the API's own shape. */
const answered = async (answer: Response): Promise<Response> => {
  if (answer.status < 400) return answer
  if (answer.status === 404 || answer.status === 410) throw new AppError('usecases.upload-unknown', 404)
  const detail = (await answer.text()).trim().slice(0, 200) || String(answer.status)
  const status = answer.status >= 500 ? 500 : answer.status === 413 ? 413 : answer.status === 409 || answer.status === 423 ? 409 : 400
  throw new AppError('usecases.upload-refused', status, { params: { detail } })
}
