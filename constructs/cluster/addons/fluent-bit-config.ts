import { ACCESS_LOG_MARKS, PROXY_CONTAINER } from '../../core/access-log';
import { GATEWAY_NAMESPACE } from '../../core/workload-labels';

export interface FluentBitDestinations {
  readonly region: string;
  /** Log group of what pods print. */
  readonly podLogGroup: string;
  /** Log group and delivery stream of what gateways tell of each request. */
  readonly accessLogGroup: string;
  readonly accessStream: string;
}

/** Folder on the node that outlives the agent's pod. */
export const STATE = '/var/fluent-bit/state';

/** Port on which the agent tells about itself. */
export const METRICS_PORT = 2020;

/** Files of the proxies' containers; kubelets name them `<pod>_<namespace>_<container>-<id>.log`. */
const PROXY_FILES = `_${GATEWAY_NAMESPACE}_${PROXY_CONTAINER}-`;
const PROXY_TAG = `^kube\\..*${PROXY_FILES}[0-9a-f]{64}\\.log$`;

/** A line that is the record of a request, in whatever order its keys are. */
export const ACCESS_LINE = `^\\{${ACCESS_LOG_MARKS.map((key) => `(?=.*"${key}"\\s*:)`).join('')}`;

/** Most of what an output cannot send yet, on the node's disk. Beyond it the oldest goes, and is counted as dropped. */
const BACKLOG = '2G';

/** What both inputs have in common. */
const TAIL = {
  Name: 'tail',
  'multiline.parser': 'cri',
  'DB.locking': 'true',
  'storage.type': 'filesystem',
  Skip_Long_Lines: 'On',
};

/** What all outputs have in common. */
const PATIENT = { Retry_Limit: 'no_limits', 'storage.total_limit_size': BACKLOG };

/**
 * The agent's configuration, as the chart takes it.
 *
 * Lines of gateways are read by an input of their own, and a filter leaves out of each input what belongs to the other. Not
 * by `rewrite_tag`, which would be shorter: until a fix of July 2026, later than our version, it loses records in silence when
 * its emitter is full (fluent/fluent-bit, issue 12026). It also keeps a flood of other pods' lines from holding up these.
 */
export function fluentBitConfig(to: FluentBitDestinations): Readonly<Record<string, string>> {
  return {
    service: section('SERVICE', {
      Daemon: 'Off',
      Flush: '1',
      Log_Level: 'info',
      // Where the chart puts `customParsers`.
      Parsers_File: '/fluent-bit/etc/conf/custom_parsers.conf',
      HTTP_Server: 'On',
      HTTP_Listen: '0.0.0.0',
      HTTP_Port: String(METRICS_PORT),
      Health_Check: 'On',
      'storage.path': `${STATE}/buffer`,
      // Lines that CloudWatch does not take yet wait on disk, not in memory.
      'storage.backlog.mem_limit': '64M',
      // Chunks in memory at once, of about 2 MB each.
      'storage.max_chunks_up': '64',
      'storage.metrics': 'On',
    }),
    inputs: [
      section('INPUT', {
        ...TAIL,
        Alias: 'pods',
        Path: '/var/log/containers/*.log',
        // Its own lines would make more of its own lines.
        Exclude_Path: '/var/log/containers/fluent-bit-*',
        Tag: 'kube.*',
        // Where it stopped reading, over restarts.
        DB: `${STATE}/tail.db`,
        Mem_Buf_Limit: '64M',
        Refresh_Interval: '10',
      }),
      section('INPUT', {
        ...TAIL,
        Alias: 'access',
        // Not of containers such as `envoy-gateway`: after the name comes an id, in hexadecimal digits.
        Path: `/var/log/containers/*${PROXY_FILES}[0-9a-f]*.log`,
        Tag: 'access.*',
        DB: `${STATE}/access.db`,
        // What a proxy printed before its file was found counts too.
        Read_from_Head: 'On',
        Refresh_Interval: '5',
        // A busy proxy fills a file in a minute: what was rotated away is read to its end.
        Rotate_Wait: '60',
        Buffer_Chunk_Size: '256k',
        Buffer_Max_Size: '1M',
      }),
    ].join('\n'),
    filters: [
      section('FILTER', {
        Name: 'grep',
        Alias: 'pods-without-requests',
        Match_Regex: PROXY_TAG,
        Exclude: `log ${ACCESS_LINE}`,
      }),
      section('FILTER', {
        Name: 'kubernetes',
        Match: 'kube.*',
        Merge_Log: 'On',
        Keep_Log: 'Off',
        Annotations: 'Off',
        'K8S-Logging.Parser': 'Off',
        // A pod may not silence itself.
        'K8S-Logging.Exclude': 'Off',
      }),
      section('FILTER', {
        // CloudWatch makes metrics of whatever a line says there (embedded metric format), in whose name it likes: a pod could
        // tell of load that is none, and have tenants shed.
        Name: 'record_modifier',
        Match: 'kube.*',
        Remove_key: '_aws',
      }),
      section('FILTER', {
        Name: 'grep',
        Alias: 'requests-only',
        Match: 'access.*',
        Regex: `log ${ACCESS_LINE}`,
      }),
      section('FILTER', {
        // The record becomes what the proxy printed, and nothing besides: indexes and partitions look for its keys on top.
        Name: 'parser',
        Match: 'access.*',
        Key_Name: 'log',
        Parser: 'access',
        Reserve_Data: 'Off',
      }),
    ].join('\n'),
    outputs: [
      section('OUTPUT', {
        Name: 'cloudwatch_logs',
        Alias: 'pods',
        Match: 'kube.*',
        region: to.region,
        log_group_name: to.podLogGroup,
        log_stream_prefix: 'pod-',
        auto_create_group: 'Off',
        ...PATIENT,
      }),
      section('OUTPUT', {
        Name: 'cloudwatch_logs',
        Alias: 'access',
        Match: 'access.*',
        region: to.region,
        log_group_name: to.accessLogGroup,
        log_stream_prefix: 'proxy-',
        auto_create_group: 'Off',
        ...PATIENT,
      }),
      section('OUTPUT', {
        // No `time_key`: the record has the time of the request in it. Ends each record with a line end.
        Name: 'kinesis_firehose',
        Alias: 'history',
        Match: 'access.*',
        region: to.region,
        delivery_stream: to.accessStream,
        ...PATIENT,
      }),
    ].join('\n'),
    customParsers: section('PARSER', {
      Name: 'access',
      Format: 'json',
      // The event's time is the request's, and stays in the record.
      Time_Key: 'time',
      Time_Format: '%Y-%m-%dT%H:%M:%S.%L%z',
      Time_Keep: 'On',
    }),
  };
}

/** A section of Fluent Bit's configuration. */
function section(name: string, entries: Readonly<Record<string, string>>): string {
  const lines = Object.entries(entries).map(([key, value]) => `    ${key} ${value}\n`);
  return [`[${name}]\n`, ...lines].join('');
}
