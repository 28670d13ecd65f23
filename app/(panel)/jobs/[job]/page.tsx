import { JobPage } from '@/components/job/job-page'

export default async function Page({ params }: { params: Promise<{ job: string }> }) {
  return <JobPage jobId={(await params).job} />
}
