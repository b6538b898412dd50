/** Writes the dashboards of deploy/dashboards for Grafana. `node scripts/generate-dashboards.ts` */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Board } from './dashboards/board.ts';
import { fleetBoard } from './dashboards/fleet.ts';
import { grafanaJson } from './dashboards/grafana.ts';
import { serviceBoard } from './dashboards/service.ts';

export const boards: readonly Board[] = [serviceBoard, fleetBoard];

/** The file of a dashboard. */
export const boardFile = ({ uid }: Board): string => join(import.meta.dirname, '../deploy/dashboards', `${uid}.json`);

/** The text of that file. */
export const generateBoard = (board: Board): string => `${JSON.stringify(grafanaJson(board), null, 2)}\n`;

if (import.meta.main) for (const board of boards) writeFileSync(boardFile(board), generateBoard(board));
