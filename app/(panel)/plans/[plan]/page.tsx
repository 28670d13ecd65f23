import { ReviewPage } from '@/components/plan/review-page'

export default async function Page({ params }: { params: Promise<{ plan: string }> }) {
  return <ReviewPage planId={(await params).plan} />
}
