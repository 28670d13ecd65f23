/** What a file of a command begins with; every value is to be replaced. */
const source = `source-id: mysql-01
enable-gtid: false
from:
  host: 10.0.0.9
  port: 3306
  user: dm
  password: ""
`

const task = `name: task-01
task-mode: all
target-database:
  host: 10.0.0.8
  port: 4000
  user: root
  password: ""
mysql-instances:
  - source-id: mysql-01
    block-allow-list: wanted
block-allow-list:
  wanted:
    do-dbs: [app]
`

export const templateFor = (command: string): string | undefined =>
  command === 'start-task' || command === 'check-task' ? task : /^operate-source (create|update)$/.test(command) ? source : undefined
