export type HttpAnswer = { status: number; body: string; type: string } | 'refused' | 'silent'
export type HttpAsk = { method: string; path: string; body: string }
