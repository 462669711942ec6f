/** Is there room where the data of this machine lies? */
import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Finding, fine, wrong } from '../../core/doctor/finding.ts';

/** Postgres stops when a disk is full; this much is left for a person to come and see. */
const leastFreeBytes = 500_000_000;
const leastFreeFiles = 10_000;

/** The disk of a folder, or of where it would be made. */
export function checkDisk(folder: string): Finding {
  let there = folder;
  while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
  const { bavail, bsize, ffree, files } = statfsSync(there);
  // File systems that do not count files say that there are none.
  return judgeDisk(folder, bavail * bsize, files === 0 ? Number.POSITIVE_INFINITY : ffree);
}

export function judgeDisk(folder: string, freeBytes: number, freeFiles: number): Finding {
  const room = freeBytes >= 1e9 ? `${Math.floor(freeBytes / 1e9)} GB` : `${Math.floor(freeBytes / 1e6)} MB`;
  if (freeBytes < leastFreeBytes) {
    return wrong(
      'disk',
      `only ${room} free for ${folder}`,
      'free some, or move BATON_HOME: a full disk stops Postgres',
    );
  }
  if (freeFiles < leastFreeFiles) {
    return wrong('disk', `${freeFiles} files more can be made for ${folder}`, 'remove files there: no inodes are left');
  }
  return fine('disk', `${room} free for ${folder}`);
}
