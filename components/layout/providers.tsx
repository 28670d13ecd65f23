'use client'

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { ThemeProvider } from 'next-themes'
import { useState } from 'react'
import { Toaster } from 'sonner'
import { ApiFailure } from '@/components/data/api'
import { LanguageProvider } from '@/components/data/words'
import { TooltipProvider } from '@/components/ui/tooltip'
import type { Language } from '@/server/domain/words/words'

/** A refusal is an answer: only a lost line or a failing server is asked again. */
const retry = (count: number, error: unknown): boolean =>
  count < 2 && (!(error instanceof ApiFailure) || error.status === 0 || error.status >= 502)

export function Providers({ language, nonce, children }: { language: Language; nonce: string; children: React.ReactNode }) {
  const [client] = useState(() => new QueryClient({ defaultOptions: { queries: { retry, staleTime: 2000, refetchOnWindowFocus: true } } }))
  return (
    <ThemeProvider attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange storageKey="dm-panel-theme" nonce={nonce}>
      <QueryClientProvider client={client}>
        <LanguageProvider language={language}>
          <TooltipProvider delayDuration={250}>
            {children}
            <Toaster position="bottom-right" toastOptions={{ duration: 8000 }} />
          </TooltipProvider>
        </LanguageProvider>
      </QueryClientProvider>
    </ThemeProvider>
  )
}
