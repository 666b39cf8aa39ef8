import * as fs from 'node:fs';
import * as path from 'node:path';
import { fits } from '../protocol/value';
import { withSensitivity } from '../behaviour/sensitive';
import { SchemaStore } from '../schema/cache';
import {
  type Block,
  PROVIDER_ADDRESS,
  PROVIDER_NAMES,
  type ProviderName,
  TOFU_PROVIDER_ADDRESS,
} from '../schema/model';
import { World } from '../world/world';
import type { StackTypes, StandInReply, StandInRequest, StandInSettings, UsedTypes } from './messages';
import { StandIn, type StackRun } from './provider';
import { type Change, type Levers, type Served, handlers } from './rpc';
import { listen, loadService } from './server';

/** State of one served stack. */
interface OpenStack {
  readonly reattach: string;
  readonly run: StackRun;
  markType: string | undefined;
  /** Plans by mark, while plans of a type are being marked. */
  readonly marked: Map<string, Change>;
  failing: Change | undefined;
}

const settings = JSON.parse(process.argv[2] ?? '{}') as StandInSettings;
const world = new World(settings.worldFile);
const schemas = new SchemaStore(settings.root);
const service = loadService(path.join(settings.root, 'rehearsal', 'protocol', 'tfplugin6.proto'));
const stacks = new Map<string, OpenStack>();
let sockets = 0;
let marks = 0;

async function open(stack: string, types: StackTypes): Promise<OpenStack> {
  const run: StackRun = { stack, seen: new Set() };
  const state: OpenStack = { reattach: '', run, markType: undefined, marked: new Map(), failing: undefined };
  const levers: Levers = {
    latencyMs: settings.latencyMs,
    get markType() {
      return state.markType;
    },
    mark: (change) => {
      const mark = String(++marks);
      state.marked.set(mark, change);
      return mark;
    },
    fails: (change) => {
      const wanted = state.failing;
      if (!wanted || !sameChange(wanted, change)) return false;
      state.failing = undefined;
      return true;
    },
  };
  const reattach: Record<string, object> = {};
  for (const provider of PROVIDER_NAMES) {
    const used = types[provider];
    if (!used) continue;
    const served = await serve(provider, used);
    const socket = path.join(settings.socketFolder, `${String(++sockets)}.sock`);
    await listen(socket, service, () => {
      const standIn = new StandIn(provider, world, run, (kind, type) => schemaOf(served, kind, type));
      return handlers(standIn, served, levers);
    });
    const address = {
      Protocol: 'grpc',
      ProtocolVersion: 6,
      Pid: process.pid,
      Test: true,
      Addr: { Network: 'unix', String: socket },
    };
    reattach[PROVIDER_ADDRESS[provider]] = address;
    reattach[TOFU_PROVIDER_ADDRESS[provider]] = address;
  }
  return Object.assign(state, { reattach: JSON.stringify(reattach) });
}

/** Looks up the schemas of the types in use. A type that the package does not know is left to Terraform to refuse. */
async function serve(provider: ProviderName, used: UsedTypes): Promise<Served> {
  const own = await schemas.find(provider, 'provider', provider);
  if (!own) throw new Error(`@cdktf/provider-${provider} is not installed`);
  const pick = async (kind: 'resource' | 'data', types: readonly string[]): Promise<Served['resources']> => {
    const found = new Map<string, Block>();
    for (const type of types) {
      const schema = await schemas.find(provider, kind, type);
      if (schema) found.set(type, withSensitivity(type, schema));
    }
    return found;
  };
  return {
    provider: own,
    resources: await pick('resource', used.resources),
    data: await pick('data', used.data),
  };
}

function schemaOf(served: Served, kind: 'resource' | 'data', type: string): Block {
  const schema = (kind === 'data' ? served.data : served.resources).get(type);
  if (!schema) throw new Error(`no schema of ${type} is served`);
  return schema;
}

async function answer(request: StandInRequest): Promise<StandInReply> {
  const { id } = request;
  if (request.op === 'ready') return { id };
  if (request.op === 'open') {
    const stack = await open(request.stack, request.types);
    stacks.set(request.stack, stack);
    return { id, reattach: stack.reattach };
  }
  const stack = stacks.get(request.stack);
  if (!stack) return { id, error: `stack ${request.stack} is not open` };
  if (request.op === 'begin') stack.run.seen.clear();
  else if (request.op === 'mark') stack.markType = request.type;
  else {
    stack.failing = stack.marked.get(request.mark);
    stack.markType = undefined;
    stack.marked.clear();
  }
  return { id };
}

/** Whether a change that is being applied is the one that was planned: unknown parts may have become anything. */
function sameChange(planned: Change, applied: Change): boolean {
  return (
    planned.type === applied.type && planned.uid === applied.uid && fits(planned.planned, applied.planned)
  );
}

function leave(): never {
  world.close();
  fs.rmSync(settings.socketFolder, { recursive: true, force: true });
  process.exit(0);
}

// The parent decides when to end: an interrupt from the terminal reaches the whole process group, and
// Terraform still needs its providers while it winds down. A dead parent disconnects the channel.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('disconnect', leave);
process.on('message', (request: StandInRequest) => {
  answer(request).then(
    (reply) => process.send?.(reply),
    (error: unknown) =>
      process.send?.({ id: request.id, error: error instanceof Error ? error.message : String(error) }),
  );
});
