-- CreateTable
CREATE TABLE "FormerName" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "former" TEXT NOT NULL,
    "cluster" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "by" TEXT NOT NULL,
    "jobId" TEXT NOT NULL,
    "endedAt" DATETIME
);

-- RedefineTables
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Cluster" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "lifecycle" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "deployUser" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "runState" TEXT NOT NULL DEFAULT 'unknown',
    "credentialId" TEXT NOT NULL,
    "secretsOf" TEXT NOT NULL DEFAULT '',
    "adopted" BOOLEAN NOT NULL DEFAULT false,
    "connectTimeoutS" INTEGER,
    "waitTimeoutS" INTEGER,
    "createdBy" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL
);
INSERT INTO "new_Cluster" ("adopted", "connectTimeoutS", "createdAt", "createdBy", "credentialId", "deployUser", "lifecycle", "name", "revision", "runState", "updatedAt", "version", "waitTimeoutS") SELECT "adopted", "connectTimeoutS", "createdAt", "createdBy", "credentialId", "deployUser", "lifecycle", "name", "revision", "runState", "updatedAt", "version", "waitTimeoutS" FROM "Cluster";
DROP TABLE "Cluster";
ALTER TABLE "new_Cluster" RENAME TO "Cluster";
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;

-- CreateIndex
CREATE INDEX "FormerName_former_idx" ON "FormerName"("former");

-- CreateIndex
CREATE INDEX "FormerName_cluster_idx" ON "FormerName"("cluster");
