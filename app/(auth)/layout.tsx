import { AuthFrame } from '@/components/layout/auth-frame'

export default function AuthLayout({ children }: { children: React.ReactNode }) {
  return <AuthFrame>{children}</AuthFrame>
}
