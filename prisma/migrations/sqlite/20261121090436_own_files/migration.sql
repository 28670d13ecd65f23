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
    "reason" TEXT NOT NULL DEFAULT '',
    "createdBy" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT "ClusterRevision_cluster_fkey" FOREIGN KEY ("cluster") REFERENCES "Cluster" ("name") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_ClusterRevision" ("cluster", "createdAt", "createdBy", "id", "reason", "revision", "topology", "yaml") SELECT "cluster", "createdAt", "createdBy", "id", "reason", "revision", "topology", "yaml" FROM "ClusterRevision";
DROP TABLE "ClusterRevision";
ALTER TABLE "new_ClusterRevision" RENAME TO "ClusterRevision";
CREATE UNIQUE INDEX "ClusterRevision_cluster_revision_key" ON "ClusterRevision"("cluster", "revision");
CREATE TABLE "new_Package" (
    "sha256" TEXT NOT NULL PRIMARY KEY,
    "component" TEXT NOT NULL,
    "source" TEXT NOT NULL DEFAULT '',
    "version" TEXT NOT NULL,
    "os" TEXT NOT NULL,
    "arch" TEXT NOT NULL,
    "sizeBytes" BIGINT NOT NULL,
    "entry" TEXT NOT NULL,
    "entrySha256" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "originDetail" TEXT NOT NULL DEFAULT '',
    "baseSha256" TEXT,
    "uploadName" TEXT NOT NULL DEFAULT '',
    "uploadSha256" TEXT NOT NULL DEFAULT '',
    "ticket" TEXT NOT NULL DEFAULT '',
    "notes" TEXT NOT NULL DEFAULT '',
    "verified" TEXT,
    "texts" TEXT NOT NULL DEFAULT '{}',
    "createdBy" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);
INSERT INTO "new_Package" ("arch", "baseSha256", "component", "createdAt", "createdBy", "entry", "entrySha256", "notes", "origin", "originDetail", "os", "sha256", "sizeBytes", "texts", "ticket", "uploadName", "uploadSha256", "verified", "version") SELECT "arch", "baseSha256", "component", "createdAt", "createdBy", "entry", "entrySha256", "notes", "origin", "originDetail", "os", "sha256", "sizeBytes", "texts", "ticket", "uploadName", "uploadSha256", "verified", "version" FROM "Package";
DROP TABLE "Package";
ALTER TABLE "new_Package" RENAME TO "Package";
CREATE INDEX "Package_component_version_idx" ON "Package"("component", "version");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
