import { brokerCases } from './brokerCases.ts';
import type { Case } from './cases.ts';
import { logSinkCases } from './logSinkCases.ts';
import { microserviceCases } from './microserviceCases.ts';
import { telemetryCases } from './telemetryCases.ts';
import { topicCases } from './topicCases.ts';

/** The cases of every kind. */
export const allCases: readonly Case[] = [
  ...microserviceCases,
  ...topicCases,
  ...telemetryCases,
  ...brokerCases,
  ...logSinkCases,
];
