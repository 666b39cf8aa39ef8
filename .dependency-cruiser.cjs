// The import directions of the project. Data flows one way: main > stacks > tiers > features > core.
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'config-knows-nothing',
      comment: 'Config says what we want and knows nothing of how it is built.',
      severity: 'error',
      from: { path: '^config/' },
      to: { path: '^(constructs|stacks|guarantees|cli|lifecycle|review|rehearsal|terraform|main)' },
    },
    {
      name: 'constructs-know-no-config',
      comment: 'Constructs take props. Only stacks turn config into props.',
      severity: 'error',
      from: { path: '^constructs/' },
      to: { path: '^(config|stacks|guarantees|cli|lifecycle|review|rehearsal|terraform|main)' },
    },
    {
      name: 'core-stands-alone',
      severity: 'error',
      from: { path: '^constructs/core/' },
      to: { path: '^constructs/(?!core/)' },
    },
    {
      name: 'features-meet-through-core',
      comment:
        'A feature sees another only through the interfaces in constructs/core. Tiers compose features.',
      severity: 'error',
      from: { path: '^constructs/(?!core/|tiers/)([^/]+)/' },
      to: { path: '^constructs/', pathNot: '^constructs/(core|$1)/' },
    },
    {
      name: 'stacks-look-down',
      severity: 'error',
      from: { path: '^stacks/' },
      to: { path: '^(guarantees|cli|lifecycle|review|rehearsal|terraform|main)' },
    },
    {
      name: 'guarantees-read-config-and-core',
      comment:
        "Besides, the arithmetic of features: pure functions, which the features' own constructs use too.",
      severity: 'error',
      from: { path: '^guarantees/' },
      to: {
        path: '^(constructs/(?!core/)|stacks|cli|lifecycle|review|rehearsal|terraform|main)',
        pathNot: '^constructs/data/(connection-budget|shard-planner)\\.ts$',
      },
    },
    {
      name: 'services-stand-alone',
      comment:
        'They run elsewhere, without the framework. Of the core they share names and arithmetic: pure files, listed here.',
      severity: 'error',
      from: { path: '^services/' },
      to: {
        path: '^(config|constructs|stacks|synth|guarantees|cli|lifecycle|review|rehearsal|terraform|main)',
        pathNot:
          '^constructs/core/(contract-gate|jwks-mirror|migrations|owner|releases|schema-jobs|tenant-token|workload-labels)\\.ts$',
      },
    },
    {
      name: 'services-have-no-framework',
      severity: 'error',
      from: { path: '^services/' },
      to: { path: 'node_modules/(@cdktf|cdktf|constructs|esbuild)/' },
    },
    {
      name: 'services-are-apart',
      comment: 'Each is one program. What several need of the cache is in services/valkey.',
      severity: 'error',
      from: { path: '^services/([^/]+)/' },
      to: { path: '^services/', pathNot: '^services/($1|valkey)/' },
    },
    {
      name: 'programs-are-named-not-imported',
      comment: 'A construct names a program by its path, and it is bundled by itself.',
      severity: 'error',
      from: { pathNot: '^(services|lifecycle|test|bench)/' },
      to: { path: '^services/' },
    },
    {
      name: 'lifecycle-does-as-services-do',
      comment:
        'It writes the deny-list that authorizers read, and a rehearsal gives tokens and lets calls in as the real programs do: the same code, not a copy.',
      severity: 'error',
      from: { path: '^lifecycle/' },
      to: {
        path: '^services/',
        pathNot:
          '^services/(machine-client/smoke|authorizer/(config|decide|deny-list|replica)|token-claims/|valkey/)',
      },
    },
    {
      name: 'lifecycle-looks-down',
      comment: 'It is told what to do by the command, and does it through its surroundings.',
      severity: 'error',
      from: { path: '^lifecycle/' },
      to: { path: '^(cli|main|synth)' },
    },
    {
      name: 'terraform-knows-nothing',
      comment: 'What providers do and no schema says. Review and rehearsal both go by it.',
      severity: 'error',
      from: { path: '^terraform/' },
      to: {
        path: '^(bin|config|constructs|stacks|synth|guarantees|cli|lifecycle|review|rehearsal|deployment|services|main)',
      },
    },
    {
      name: 'review-and-rehearsal-know-nothing-of-ours',
      severity: 'error',
      from: { path: '^(review|rehearsal)/' },
      to: { path: '^(config|constructs|stacks|guarantees|cli|lifecycle|main|services|deployment)' },
    },
    {
      name: 'rehearsal-and-review-are-apart',
      severity: 'error',
      from: { path: '^(review|rehearsal)/' },
      to: { path: '^(review|rehearsal)/', pathNot: '^$1/' },
    },
    {
      name: 'deployment-works-on-any-output',
      comment:
        'It goes where there are credentials and no sources of ours. How Terraform is run, it shares with the rehearsal.',
      severity: 'error',
      from: { path: '^deployment/' },
      to: {
        path: '^(config|constructs|stacks|synth|guarantees|cli|lifecycle|main|services|rehearsal)',
        pathNot: '^rehearsal/runner/(schedule|terraform)\\.ts$',
      },
    },
    {
      name: 'nobody-imports-tests',
      severity: 'error',
      from: { pathNot: '^(test|bench)/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: { pathNot: '^(test|bench|services)/|^eslint\\.config' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'services-bring-what-they-need',
      comment: "But for the AWS SDK's clients: those are Lambda's, and are here for types and tests.",
      severity: 'error',
      from: { path: '^services/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'unknown'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@aws-sdk/client-',
      },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Modules of bin/framework stand in the framework's own places in the bundle, and import from there.
    exclude: { path: '^(cdktf\\.out|\\.rehearsal|\\.review|bin/framework)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
