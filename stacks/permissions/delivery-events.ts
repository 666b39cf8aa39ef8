import type { Statement } from '../../constructs/access/statement';
import { nameIn } from '../../constructs/core/naming';
import type { Placement } from '../../constructs/core/placement';
import { scheduleGroupName } from '../../constructs/delivery/names';
import { KEEPS_IDENTITY, prefixOf, regionalArn, staysOwn } from './scope';

/** What starts pipelines, and what tells of them. */

/** Schedules of a placement's delivery, in a group of their own. */
export function scheduleStatements(home: Placement): readonly Statement[] {
  const group = scheduleGroupName(home);
  const groups = [regionalArn(home, 'scheduler', `schedule-group/${group}`)];
  return [
    {
      sid: 'ScheduleGroup',
      actions: [
        'scheduler:CreateScheduleGroup',
        'scheduler:DeleteScheduleGroup',
        'scheduler:GetScheduleGroup',
        'scheduler:ListTagsForResource',
      ],
      resources: groups,
    },
    { sid: 'TagGroup', actions: ['scheduler:TagResource'], resources: groups, conditions: staysOwn(home) },
    {
      sid: 'UntagGroup',
      actions: ['scheduler:UntagResource'],
      resources: groups,
      conditions: [KEEPS_IDENTITY],
    },
    {
      sid: 'Schedules',
      actions: [
        'scheduler:CreateSchedule',
        'scheduler:DeleteSchedule',
        'scheduler:GetSchedule',
        'scheduler:UpdateSchedule',
      ],
      resources: [regionalArn(home, 'scheduler', `schedule/${group}/*`)],
    },
  ];
}

/** The topic of releases, whom it tells, and what of. */
export function noticeStatements(home: Placement): readonly Statement[] {
  const topic = regionalArn(home, 'sns', nameIn(home, 'snsTopic', 'releases'));
  const rules = [regionalArn(home, 'events', `rule/${prefixOf(home)}-release-*`)];
  return [
    {
      sid: 'Topic',
      actions: [
        'sns:CreateTopic',
        'sns:DeleteTopic',
        'sns:GetTopicAttributes',
        'sns:ListTagsForResource',
        'sns:SetTopicAttributes',
        'sns:Subscribe',
      ],
      resources: [topic],
    },
    {
      sid: 'Subscriptions',
      // A subscription has an id of SNS's choice behind the topic's name.
      actions: ['sns:GetSubscriptionAttributes', 'sns:SetSubscriptionAttributes', 'sns:Unsubscribe'],
      resources: [`${topic}:*`],
    },
    { sid: 'TagTopic', actions: ['sns:TagResource'], resources: [topic], conditions: staysOwn(home) },
    { sid: 'UntagTopic', actions: ['sns:UntagResource'], resources: [topic], conditions: [KEEPS_IDENTITY] },
    {
      sid: 'Rules',
      actions: [
        'events:DeleteRule',
        'events:DescribeRule',
        'events:ListTagsForResource',
        'events:ListTargetsByRule',
        'events:PutRule',
        'events:PutTargets',
        'events:RemoveTargets',
      ],
      resources: rules,
    },
    { sid: 'TagRules', actions: ['events:TagResource'], resources: rules, conditions: staysOwn(home) },
    { sid: 'UntagRules', actions: ['events:UntagResource'], resources: rules, conditions: [KEEPS_IDENTITY] },
  ];
}
