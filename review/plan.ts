/** What `terraform show -json` says of a saved plan, as far as it is read here. Source: "JSON Output Format", Terraform. */
export interface TerraformPlan {
  readonly resource_changes?: readonly ResourceChange[];
  /** What was changed by others than Terraform since it last looked. */
  readonly resource_drift?: readonly ResourceChange[];
}

export interface ResourceChange {
  readonly address: string;
  readonly mode: 'managed' | 'data';
  readonly type: string;
  readonly change: Change;
  /** What the configuration says of its life, which a plan does not tell: there only when configurations are compared. */
  readonly lifecycle?: { readonly before?: Lifecycle; readonly after?: Lifecycle };
}

/** Source: "The lifecycle Meta-Argument", Terraform. */
export interface Lifecycle {
  /** Terraform refuses a plan that destroys or replaces the resource. */
  readonly preventDestroy: boolean;
  /** Paths of attributes whose changes Terraform does not make, in its words; `all` of them. */
  readonly ignoreChanges: readonly string[] | 'all';
  /** Addresses of what takes this resource along when it is changed or replaced. */
  readonly replaceTriggeredBy: readonly string[];
}

export interface Change {
  readonly actions: readonly Action[];
  readonly before: Values | null;
  readonly after: Values | null;
  /** `true` in the place of every value that only an apply tells. */
  readonly after_unknown?: unknown;
}

type Action = 'no-op' | 'create' | 'read' | 'update' | 'delete' | 'forget';

export type Values = Readonly<Record<string, unknown>>;

/** What happens to a resource. `forget`: Terraform lets it be, and no longer knows it. */
export type Fate = 'none' | 'create' | 'change' | 'replace' | 'destroy' | 'forget';

export function fateOf({ mode, change: { actions } }: ResourceChange): Fate {
  if (mode !== 'managed') return 'none';
  if (actions.includes('delete')) return actions.includes('create') ? 'replace' : 'destroy';
  if (actions.includes('create')) return 'create';
  if (actions.includes('update')) return 'change';
  return actions.includes('forget') ? 'forget' : 'none';
}

/** Whether something at the path is known only once the plan is applied. */
export function isUnknown(change: Change, path: readonly string[]): boolean {
  let at = change.after_unknown;
  for (const step of path) {
    if (at === true) return true;
    at = (at as Values | undefined)?.[step];
  }
  return at === true;
}
