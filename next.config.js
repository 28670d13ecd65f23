/** @type {import('next').NextConfig} */
const config = {
  reactStrictMode: true,
  distDir: process.env.DM_PANEL_DIST ?? '.next',
  poweredByHeader: false,
  serverExternalPackages: ['better-sqlite3', '@prisma/client', '@prisma/adapter-better-sqlite3', 'ssh2'],
  typescript: { ignoreBuildErrors: true }, // `npm run check` runs tsc over everything, tests included
}
export default config
