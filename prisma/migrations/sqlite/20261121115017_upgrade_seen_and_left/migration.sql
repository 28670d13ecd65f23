-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_ClusterUpgrade" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "cluster" TEXT NOT NULL,
    "from" TEXT NOT NULL,
    "to" TEXT NOT NULL,
    "jobIds" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "led" BOOLEAN NOT NULL DEFAULT false,
    "seen" TEXT NOT NULL DEFAULT '{}',
    "left" TEXT NOT NULL DEFAULT '[]',
    "by" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "endedAt" DATETIME
);
INSERT INTO "new_ClusterUpgrade" ("at", "by", "cluster", "endedAt", "from", "id", "jobIds", "led", "state", "to") SELECT "at", "by", "cluster", "endedAt", "from", "id", "jobIds", "led", "state", "to" FROM "ClusterUpgrade";
DROP TABLE "ClusterUpgrade";
ALTER TABLE "new_ClusterUpgrade" RENAME TO "ClusterUpgrade";
CREATE INDEX "ClusterUpgrade_cluster_idx" ON "ClusterUpgrade"("cluster");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
