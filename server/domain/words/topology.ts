import type { ProblemWords } from './words'

/** Problems of a topology, of names and versions, and of clusters beside each other. */
export const topologyProblems = {
  'topology.yaml': {
    message: ['The text is not YAML: {message}', '该文本不是有效的 YAML：{message}'],
    hint: ['Correct the marked line; check its indentation and colons.', '请修正标出的行，检查缩进和冒号。'],
  },
  'topology.empty': {
    message: ['The topology holds nothing.', '拓扑内容为空。'],
    hint: ['Start from a template and fill in your hosts.', '请从模板开始，填写您的主机。'],
  },
  'topology.meta': {
    message: ['This meta.yaml can not be read at {key}: {message}', '无法读取此 meta.yaml 的 {key}：{message}'],
    hint: [
      'Take the file from storage/dm/clusters/NAME of the machine where tiup runs.',
      '请从运行 tiup 的机器的 storage/dm/clusters/NAME 中取得该文件。',
    ],
  },
  'topology.unknown-key': {
    message: ['{section} has no key {key}.', '{section} 中没有键 {key}。'],
    hint: ['Remove it, or look up the right name in the completion list.', '请删除它，或在补全列表中查找正确的名称。'],
  },
  'topology.unknown-key-near': {
    message: ['{section} has no key {key}.', '{section} 中没有键 {key}。'],
    hint: ['Did you mean {nearest}?', '您是否想写 {nearest}？'],
  },
  'topology.wrong-type': {
    message: ['{key} must be of the kind {expected}, not {seen}.', '{key} 的类型应为 {expected}，而不是 {seen}。'],
    hint: ['Write a value of that kind.', '请填写该类型的值。'],
  },
  'topology.bad-port': {
    message: ['{key} must be a port from 1 to 65535, not {seen}.', '{key} 必须是 1 到 65535 之间的端口，而不是 {seen}。'],
    hint: ['Choose a free port, best above 1024.', '请选择一个空闲端口，最好大于 1024。'],
  },
  'topology.bad-choice': {
    message: ['{value} is not possible here.', '此处不能使用 {value}。'],
    hint: ['Possible: {choices}.', '可用值：{choices}。'],
  },
  'topology.bad-user': {
    message: ['{user} can not be a user or group name on Linux.', '{user} 不能作为 Linux 的用户名或组名。'],
    hint: ['Use letters, digits, - and _, beginning with a letter.', '请使用字母、数字、- 和 _，并以字母开头。'],
  },
  'topology.bad-host': {
    message: ['{host} is neither a host name nor an IP address.', '{host} 既不是主机名也不是 IP 地址。'],
    hint: ['Write the address without scheme, port and spaces.', '请只写地址，不带协议、端口和空格。'],
  },
  'topology.empty-host': {
    message: ['The host is missing.', '缺少 host。'],
    hint: ['Give the host name or IP address of this instance.', '请填写该实例的主机名或 IP 地址。'],
  },
  'topology.bad-path': {
    message: ['{path} can not be used as a path.', '{path} 不能用作路径。'],
    hint: [
      'Use a path without spaces, quotes, "..", and letters that a shell reads; not / itself.',
      '请使用不含空格、引号、“..” 和 shell 特殊字符的路径，且不能是 /。',
    ],
  },
  'topology.relative-local-path': {
    message: ['{field} must be an absolute path, not {value}.', '{field} 必须是绝对路径，而不是 {value}。'],
    hint: ['Begin the path with /.', '请以 / 开头。'],
  },
  'topology.rule_dir-missing': {
    message: [
      'rule_dir names {path}, and no *.rules.yml of that folder was given.',
      'rule_dir 指定了 {path}，但未提供该目录中的 *.rules.yml 文件。',
    ],
    hint: ['Choose the rule files of that folder, or remove the key.', '请选择该目录中的规则文件，或删除该键。'],
  },
  'topology.dashboard_dir-missing': {
    message: [
      'dashboard_dir names {path}, and no *.json of that folder was given.',
      'dashboard_dir 指定了 {path}，但未提供该目录中的 *.json 文件。',
    ],
    hint: ['Choose the dashboards of that folder, or remove the key.', '请选择该目录中的仪表盘文件，或删除该键。'],
  },
  'topology.config_file-missing': {
    message: ['config_file names {path}, which was not given.', 'config_file 指定了 {path}，但未提供该文件。'],
    hint: ['Choose that file, or remove the key.', '请选择该文件，或删除该键。'],
  },
  'topology.file-name': {
    message: ['The file name {name} can not be used on the hosts.', '文件名 {name} 不能在主机上使用。'],
    hint: ['Use letters, digits, dots, - and _.', '请使用字母、数字、点、- 和 _。'],
  },
  'topology.file-unused': {
    message: ['{path} was given, and no key names it.', '提供了 {path}，但没有键指定它。'],
    hint: ['It is not kept.', '该文件不会被保留。'],
  },
  'topology.file-not-json': {
    message: ['{path} is not JSON.', '{path} 不是有效的 JSON。'],
    hint: ['Export the dashboard from Grafana again.', '请从 Grafana 重新导出该仪表盘。'],
  },
  'topology.file-too-large': {
    message: ['{path} has {bytes} bytes; {limit} are taken at most.', '{path} 有 {bytes} 字节；最多接受 {limit} 字节。'],
    hint: ['Split it into smaller files.', '请将其拆分为较小的文件。'],
  },
  'topology.files-too-many': {
    message: [
      '{files} files with {bytes} bytes were given; {most} files and {allBytes} bytes are taken at most.',
      '提供了 {files} 个文件，共 {bytes} 字节；最多接受 {most} 个文件、{allBytes} 字节。',
    ],
    hint: ['Give fewer or smaller files.', '请减少文件数量或缩小文件。'],
  },
  'topology.bad-name': {
    message: ['{name} can not be the name of an instance.', '{name} 不能作为实例名。'],
    hint: ['Use letters, digits, dots, - and _; or leave the name out.', '请使用字母、数字、点、- 和 _，或不填写名称。'],
  },
  'topology.bad-numa': {
    message: ['{value} is not a list of NUMA nodes.', '{value} 不是 NUMA 节点列表。'],
    hint: ['Write numbers such as 0 or 0,1.', '请填写数字，例如 0 或 0,1。'],
  },
  'topology.bad-argument': {
    message: ['The argument {value} holds letters that a shell would read.', '参数 {value} 含有 shell 特殊字符。'],
    hint: ['Write one plain flag per entry, such as --name=value.', '每项请只写一个普通参数，例如 --name=value。'],
  },
  'topology.bad-resource': {
    message: ['The limit {value} has more than one line.', '限制值 {value} 多于一行。'],
    hint: ['Write it in one line, as systemd takes it.', '请按 systemd 的写法写成一行。'],
  },
  'topology.dm-key-unknown': {
    message: [
      '{program} may not know the setting {key}; with one that it does not know it ends at once.',
      '{program} 可能不认识设置 {key}；遇到不认识的设置时会立即退出。',
    ],
    hint: ['Check its spelling; a newer DM may know it.', '请检查拼写；较新版本的 DM 可能支持它。'],
  },
  'topology.ignored-key': {
    message: ['{key} has no effect in a DM cluster.', '{key} 在 DM 集群中不起作用。'],
    hint: ['It may stay; remove it to avoid confusion.', '可以保留；为避免混淆可将其删除。'],
  },
  'topology.tls-unsupported': {
    message: ['Clusters with TLS between the components can not be deployed yet.', '暂不支持部署组件间启用 TLS 的集群。'],
    hint: ['Remove enable_tls, or deploy this cluster by tiup and adopt it here.', '请删除 enable_tls，或用 tiup 部署该集群后在此纳管。'],
  },
  'topology.user-systemd-unsupported': {
    message: ['Units of the user systemd can not be deployed yet.', '暂不支持用户级 systemd 单元。'],
    hint: ['Set systemd_mode to system, or leave it out.', '请将 systemd_mode 设为 system，或不填写。'],
  },
  'topology.ssh-type-unsupported': {
    message: ['ssh_type {type} is not supported yet.', '暂不支持 ssh_type {type}。'],
    hint: ['Set it to builtin or system, or leave it out.', '请设为 builtin 或 system，或不填写。'],
  },
  'topology.no-instance': {
    message: ['The topology has no DM instance.', '拓扑中没有任何 DM 实例。'],
    hint: ['Add dm-masters (three tolerate the loss of one) and dm-workers.', '请添加 dm-master（三个可容忍一个故障）和 dm-worker。'],
  },
  'topology.no-master': {
    message: ['The topology has no dm-master.', '拓扑中没有 dm-master。'],
    hint: ['Add a dm-master; three tolerate the loss of one.', '请添加 dm-master；三个可容忍一个故障。'],
  },
  'topology.one-master': {
    message: ['With one dm-master, its loss stops the management of the cluster.', '只有一个 dm-master 时，它一旦故障，集群将无法管理。'],
    hint: ['Use three for production.', '生产环境请使用三个。'],
  },
  'topology.even-masters': {
    message: ['{count} dm-masters tolerate the loss of only {tolerates}.', '{count} 个 dm-master 仅能容忍 {tolerates} 个故障。'],
    hint: [
      'An odd number gives the same safety with one host less, or more safety with one more.',
      '奇数个更合理：少一个同样安全，多一个更安全。',
    ],
  },
  'topology.no-worker': {
    message: ['The topology has no dm-worker, so nothing can be replicated.', '拓扑中没有 dm-worker，无法进行数据复制。'],
    hint: ['Add one dm-worker for each source, and a spare one.', '请为每个上游数据源添加一个 dm-worker，并多备一个。'],
  },
  'topology.grafana-alone': {
    message: ['Grafana has no Prometheus to read from.', 'Grafana 没有可读取的 Prometheus。'],
    hint: ['Add a monitoring server, or remove Grafana.', '请添加 monitoring_servers，或删除 Grafana。'],
  },
  'topology.duplicate-name': {
    message: ['The name {name} is used twice; first at {other}.', '名称 {name} 重复，首次出现在 {other}。'],
    hint: ['Give each instance its own name, or leave the names out.', '请为每个实例使用不同的名称，或不填写名称。'],
  },
  'topology.port-conflict': {
    message: [
      'Port {port} on {host} is wanted twice: by {first} and by {second}.',
      '{host} 上的端口 {port} 被重复使用：{first} 和 {second}。',
    ],
    hint: ['Give one of them another port.', '请为其中之一更换端口。'],
  },
  'topology.dir-conflict': {
    message: ['On {host}, {dir} ({second}) meets {other} ({first}).', '在 {host} 上，{dir}（{second}）与 {other}（{first}）冲突。'],
    hint: ['Give each instance directories of its own, none inside another instance’s.', '请为每个实例使用独立且互不嵌套的目录。'],
  },
  'topology.platform-mismatch': {
    message: ['{host} has two platforms: {first} and {second}.', '{host} 上出现两种平台：{first} 和 {second}。'],
    hint: [
      'Write the same arch and os on each instance of the host, or on none.',
      '请为该主机的所有实例填写相同的 arch 和 os，或都不填写。',
    ],
  },
  'topology.port-of-cluster': {
    message: [
      'Port {port} on {host} belongs to {owner} of the cluster {cluster}.',
      '{host} 上的端口 {port} 属于集群 {cluster} 的 {owner}。',
    ],
    hint: ['Choose another port, or another host.', '请更换端口或主机。'],
  },
  'topology.dir-of-cluster': {
    message: [
      'On {host}, {dir} meets {other} ({owner}) of the cluster {cluster}.',
      '在 {host} 上，{dir} 与集群 {cluster} 的 {other}（{owner}）冲突。',
    ],
    hint: ['Choose another directory, or another host.', '请更换目录或主机。'],
  },
  'topology.cluster-name': {
    message: ['{name} can not be the name of a cluster.', '{name} 不能作为集群名。'],
    hint: ['Use letters, digits, - _ and dots, but not . or .. alone.', '请使用字母、数字、-、_ 和点，但不能只是 . 或 ..。'],
  },
  'topology.version-form': {
    message: ['{version} is not a version.', '{version} 不是有效的版本。'],
    hint: ['Write it as v8.5.0, or nightly.', '请写成 v8.5.0 的形式，或 nightly。'],
  },
  'topology.version-old': {
    message: ['{version} is older than v2.0.0.', '{version} 早于 v2.0.0。'],
    hint: ['Choose a version from v2.0.0 on.', '请选择 v2.0.0 及以上的版本。'],
  },
} satisfies Record<string, ProblemWords>
