import { HelpPage } from '@/components/help/help-page'

export default function Page() {
  return <HelpPage />
}
