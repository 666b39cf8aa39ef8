// A copy of this project whose `prod` has as many dedicated tenants as wanted.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { parseDocument } = require('yaml');

const root = path.join(__dirname, '..');

/** What a synth reads: sources, config, and what the bundle is built by. */
const PARTS = [
  ...[
    'bin',
    'config',
    'files',
    'constructs',
    'deployment',
    'guarantees',
    'lifecycle',
    'rehearsal',
    'review',
    'services',
  ],
  ...[
    'stacks',
    'synth',
    'terraform',
    'main.ts',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'cdktf.json',
  ],
];

/** A cell's cache takes the users of about 90 dedicated tenants. */
const TENANTS_IN_CELL = 80;

/** Raised, for each tenant has a resource server. */
const QUOTAS = { resourceServersPerPool: 300 };

/**
 * @param {string} folder made anew
 * @param {number} tenants how many dedicated tenants, spread evenly over cells that are copies of the first one
 * @returns {string} name of the stack of one of them
 */
function makeProject(folder, tenants) {
  for (const part of PARTS) fs.cpSync(path.join(root, part), path.join(folder, part), { recursive: true });
  linkPackages(folder);

  const prod = path.join(folder, 'config/environments/prod');
  const file = path.join(prod, 'platform.yaml');
  const platform = parseDocument(fs.readFileSync(file, 'utf8'));
  const existing = Object.entries(platform.toJS().cells);
  const [, model] = existing[0];
  const cells = existing.map(([id]) => id);
  for (let number = cells.length; number * TENANTS_IN_CELL < tenants; number++) {
    const id = `bench${number}`;
    cells.push(id);
    const network = { ...model.network, cidr: `10.${16 + number}.0.0/16` };
    // An account has four sign-in domains, so each cell has one of its own.
    const account = String(600_000_000_000 + number);
    platform.setIn(['cells', id], platform.createNode({ ...model, account, network }));
  }
  for (const id of cells) platform.setIn(['cells', id, 'quotas'], platform.createNode(QUOTAS));
  // A pipeline has 50 stages, whatever it releases to.
  platform.setIn(['delivery', 'cellsPerWave'], 5);
  platform.setIn(['delivery', 'tenantsPerWave'], 40);
  platform.setIn(['load', 'tenants', 'enterprise'], tenants);
  fs.writeFileSync(file, String(platform));

  fs.rmSync(path.join(prod, 'tenants'), { recursive: true });
  fs.mkdirSync(path.join(prod, 'tenants'));
  for (let number = 0; number < tenants; number++) {
    const id = `customer-${number}`;
    // One in ten asks for nodes of its own.
    const nodePool = number % 10 === 0 ? 'own' : 'shared';
    const cell = cells[number % cells.length];
    fs.writeFileSync(
      path.join(prod, 'tenants', `${id}.yaml`),
      `id: ${id}\nname: Customer ${number}\ntier: enterprise\ncell: ${cell}\ncontact: oncall@customer-${number}.example\nnodePool: ${nodePool}\n`,
    );
  }
  return `${cells[1]}-tenant-customer-1`;
}

/** The installed packages, but a cache of bundles of its own. */
function linkPackages(folder) {
  const from = path.join(root, 'node_modules');
  const to = path.join(folder, 'node_modules');
  fs.mkdirSync(to);
  for (const name of fs.readdirSync(from).filter((entry) => entry !== '.cache')) {
    fs.symlinkSync(path.join(from, name), path.join(to, name));
  }
}

module.exports = { makeProject, root };
