import { PackagePage } from '@/components/package/package-page'

export const metadata = { title: 'Package' }

export default async function Page({ params }: { params: Promise<{ sha256: string }> }) {
  return <PackagePage sha256={(await params).sha256} />
}
