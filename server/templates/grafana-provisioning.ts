/** provisioning/dashboards/dashboard.yml; no newline at its end, as tiup 842f05c writes it. */
export const dashboardYml = (clusterName: string, deployDir: string): string =>
  [
    'apiVersion: 1',
    'providers:',
    `  - name: ${clusterName}`,
    `    folder: ${clusterName}`,
    '    type: file',
    '    disableDeletion: false',
    '    editable: true',
    '    updateIntervalSeconds: 30',
    '    options:',
    `      path: ${deployDir}/dashboards`,
  ].join('\n')

/** provisioning/datasources/datasource.yml; no newline at its end either. */
export const datasourceYml = (clusterName: string, prometheus: string): string =>
  [
    'apiVersion: 1',
    'datasources:',
    `  - name: ${clusterName}`,
    '    type: prometheus',
    '    access: proxy',
    `    url: http://${prometheus}`,
    '    withCredentials: false',
    '    isDefault: true',
    '    tlsAuth: false',
    '    tlsAuthWithCACert: false',
    '    version: 1',
    '    editable: true',
  ].join('\n')

/** A dashboard of the package with its placeholders replaced by the cluster's name; same ones as tiup 842f05c replaces. */
export const dashboardOf = (text: string, clusterName: string): string =>
  text
    .replace(/\$\{DS_[^"}]*-CLUSTER\}/g, () => clusterName)
    .replace(/DS_[^"}]*-CLUSTER/g, () => clusterName)
    .replaceAll('test-cluster', () => clusterName)
    .replaceAll('Test-Cluster', () => clusterName)
    .replace(/\$\{DS_LIGHTNING\}/g, () => clusterName)
    .replaceAll('DS_LIGHTNING', () => clusterName)

/** Rules of the package, labelled with the cluster's name. */
export const rulesOf = (text: string, clusterName: string): string => text.replaceAll('ENV_LABELS_ENV', () => clusterName)

/** Rules of the user's own folder: labels that name another cluster name this one. */
export const ownRulesOf = (text: string, clusterName: string): string =>
  text.replace(/\benv: [^,\s]*/g, () => `env: ${clusterName}`).replace(/\bcluster: [^,\n]*,/g, () => `cluster: ${clusterName},`)
