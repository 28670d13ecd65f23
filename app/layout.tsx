import { cookies, headers } from 'next/headers'
import { Providers } from '@/components/layout/providers'
import type { Language } from '@/server/domain/words/words'
import './globals.css'

export const metadata = { title: { default: 'DM Panel', template: '%s · DM Panel' }, icons: { icon: '/icon.svg' } }
export const viewport = { width: 'device-width', initialScale: 1 }

/** The cookie of the language switch, else what the browser prefers. */
const languageOfRequest = async (): Promise<Language> => {
  const chosen = (await cookies()).get('dm-panel-language')?.value
  if (chosen === 'en' || chosen === 'zh-CN') return chosen
  const accept = (await headers()).get('accept-language') ?? ''
  return /^\s*zh/i.test(accept) ? 'zh-CN' : 'en'
}

export default async function RootLayout({ children }: { children: React.ReactNode }) {
  const language = await languageOfRequest()
  // Set by our own server for this answer; the theme's script needs it to run before the first paint.
  const nonce = (await headers()).get('x-nonce') ?? ''
  return (
    <html lang={language} suppressHydrationWarning>
      <body>
        <Providers language={language} nonce={nonce}>
          {children}
        </Providers>
      </body>
    </html>
  )
}
