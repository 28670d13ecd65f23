import { answerApi } from '@/server/http/panel-api'

export const dynamic = 'force-dynamic'

export { answerApi as DELETE, answerApi as GET, answerApi as HEAD, answerApi as PATCH, answerApi as POST, answerApi as PUT }
