-- CreateTable
CREATE TABLE "Unapplied" (
    "cluster" TEXT NOT NULL,
    "instance" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "since" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,

    PRIMARY KEY ("cluster", "instance")
);

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_ClusterRevision" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "cluster" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "topology" TEXT NOT NULL,
    "yaml" TEXT NOT NULL,
    "files" TEXT NOT NULL DEFAULT '{}',
    "kind" TEXT NOT NULL DEFAULT '',
    "jobId" TEXT,
    "reason" TEXT NOT NULL DEFAULT '',
    "createdBy" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "ClusterRevision_cluster_fkey" FOREIGN KEY ("cluster") REFERENCES "Cluster" ("name") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_ClusterRevision" ("cluster", "createdAt", "createdBy", "files", "id", "reason", "revision", "topology", "yaml") SELECT "cluster", "createdAt", "createdBy", "files", "id", "reason", "revision", "topology", "yaml" FROM "ClusterRevision";
DROP TABLE "ClusterRevision";
ALTER TABLE "new_ClusterRevision" RENAME TO "ClusterRevision";
CREATE UNIQUE INDEX "ClusterRevision_cluster_revision_key" ON "ClusterRevision"("cluster", "revision");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
