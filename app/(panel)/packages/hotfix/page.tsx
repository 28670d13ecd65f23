import { HotfixPage } from '@/components/package/hotfix-page'

export const metadata = { title: 'Build a hotfix' }

export default function Page() {
  return <HotfixPage />
}
