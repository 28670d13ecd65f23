-- CreateTable
CREATE TABLE "ClusterUpgrade" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "cluster" TEXT NOT NULL,
    "from" TEXT NOT NULL,
    "to" TEXT NOT NULL,
    "jobIds" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "led" BOOLEAN NOT NULL DEFAULT false,
    "by" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "endedAt" DATETIME
);

-- CreateTable
CREATE TABLE "ConfigExport" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "cluster" TEXT NOT NULL,
    "jobId" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "by" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "revision" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "sizeBytes" INTEGER NOT NULL,
    "sources" INTEGER NOT NULL,
    "tasks" INTEGER NOT NULL,
    "relay" TEXT NOT NULL DEFAULT '{}',
    "files" TEXT NOT NULL DEFAULT '[]'
);

-- CreateIndex
CREATE INDEX "ClusterUpgrade_cluster_idx" ON "ClusterUpgrade"("cluster");

-- CreateIndex
CREATE INDEX "ConfigExport_cluster_at_idx" ON "ConfigExport"("cluster", "at");
