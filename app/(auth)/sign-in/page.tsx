import { Suspense } from 'react'
import { SignInForm } from '@/components/layout/sign-in-form'

export const metadata = { title: 'Sign in' }

export default function Page() {
  return (
    <Suspense>
      <SignInForm />
    </Suspense>
  )
}
