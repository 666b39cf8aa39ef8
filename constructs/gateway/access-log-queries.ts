import { CloudwatchQueryDefinition } from '@cdktf/provider-aws/lib/cloudwatch-query-definition';
import { Construct } from 'constructs';
import { placementOf, prefixOf } from '../core/placement';

export interface AccessLogQueriesProps {
  /** Name of the log group to search. */
  readonly logGroup: string;
}

interface SavedQuery {
  /** Construct id. */
  readonly id: string;
  /** What people choose it by. */
  readonly name: string;
  /** One command a line, in the language of CloudWatch Logs Insights. */
  readonly lines: readonly string[];
}

/** Where somebody writes the id of the tenant that he asks about. */
const TENANT = 'id-of-tenant';

const QUERIES: readonly SavedQuery[] = [
  {
    id: 'OneTenant',
    name: 'requests of one tenant',
    lines: [
      // Unlike a plain filter, this reads nothing that is not indexed, so it costs what the tenant's own records do.
      `filterIndex tenant = "${TENANT}"`,
      'fields time, method, host, path, code, flags, duration_ms, upstream_ms, request_id, trace_id',
      'sort @timestamp desc',
      'limit 1000',
    ],
  },
  {
    id: 'SlowRoutes',
    name: 'slowest routes',
    lines: [
      'filter ispresent(route)',
      'stats count(*) as calls, pct(duration_ms, 50) as p50, pct(duration_ms, 95) as p95, pct(upstream_ms, 95) as upstream_p95 by tier, route',
      'sort p95 desc',
      'limit 50',
    ],
  },
  {
    id: 'Errors',
    name: 'errors by tenant',
    lines: [
      'filter code >= 500',
      'stats count(*) as errors, latest(request_id) as example by tenant, code, flags',
      'sort errors desc',
      'limit 100',
    ],
  },
  {
    id: 'Refusals',
    name: 'refused requests by tenant and reason',
    lines: [
      'filter code in [401, 403, 413, 429, 431]',
      'stats count(*) as refused, latest(request_id) as example by tenant, code, reason, flags, shed_level',
      'sort refused desc',
      'limit 100',
    ],
  },
];

/** Saved queries of the access log, in a folder of the cell's name. */
export class AccessLogQueries extends Construct {
  public constructor(scope: Construct, id: string, { logGroup }: AccessLogQueriesProps) {
    super(scope, id);
    for (const { id: query, name, lines } of QUERIES) {
      new CloudwatchQueryDefinition(this, query, {
        // Slashes make folders.
        name: `${prefixOf(placementOf(this))}/gateway/${name}`,
        logGroupNames: [logGroup],
        queryString: lines.join('\n| '),
      });
    }
  }
}
