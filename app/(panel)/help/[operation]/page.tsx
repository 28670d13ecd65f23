import { OperationHelpPage } from '@/components/help/help-page'

type Props = { params: Promise<{ operation: string }> }

export default async function Page({ params }: Props) {
  const { operation } = await params
  return <OperationHelpPage name={decodeURIComponent(operation)} />
}
