/** conf/alertmanager.yml of a cluster that gives none of its own: tells nobody. Text as tiup 842f05c writes it. */
export const alertmanagerYml = `global:
  # The smarthost and SMTP sender used for mail notifications.
  smtp_smarthost: "localhost:25"
  smtp_from: "alertmanager@example.org"
  smtp_auth_username: "alertmanager"
  smtp_auth_password: "password"
  # smtp_require_tls: true

  # The Slack webhook URL.
  # slack_api_url: ''

route:
  # A default receiver
  receiver: "blackhole"

  # The labels by which incoming alerts are grouped together. For example,
  # multiple alerts coming in for cluster=A and alertname=LatencyHigh would
  # be batched into a single group.
  group_by: ["env", "instance", "alertname", "type", "group", "job"]

  # When a new group of alerts is created by an incoming alert, wait at
  # least 'group_wait' to send the initial notification.
  # This way ensures that you get multiple alerts for the same group that start
  # firing shortly after another are batched together on the first
  # notification.
  group_wait: 30s

  # When the first notification was sent, wait 'group_interval' to send a batch
  # of new alerts that started firing for that group.
  group_interval: 3m

  # If an alert has successfully been sent, wait 'repeat_interval' to
  # resend them.
  repeat_interval: 3m

  routes:
  # - match:
  #   receiver: webhook-kafka-adapter
  #   continue: true
  # - match:
  #     env: test-cluster
  #   receiver: db-alert-slack
  # - match:
  #     env: test-cluster
  #   receiver: db-alert-email

receivers:
  # - name: 'webhook-kafka-adapter'
  #   webhook_configs:
  #   - send_resolved: true
  #     url: 'http://10.0.3.6:28082/v1/alertmanager'

  #- name: 'db-alert-slack'
  #  slack_configs:
  #  - channel: '#alerts'
  #    username: 'db-alert'
  #    icon_emoji: ':bell:'
  #    title:   '{{ .CommonLabels.alertname }}'
  #    text:    '{{ .CommonAnnotations.summary }}  {{ .CommonAnnotations.description }}  expr: {{ .CommonLabels.expr }}  http://172.0.0.1:9093/#/alerts'

  # - name: "db-alert-email"
  #   email_configs:
  #     - send_resolved: true
  #       to: "example@example.com"

  # This doesn't alert anything, please configure your own receiver
  - name: "blackhole"
`
