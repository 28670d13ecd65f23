-- CreateTable
CREATE TABLE "Channel" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL DEFAULT true,
    "language" TEXT NOT NULL,
    "clusters" TEXT NOT NULL DEFAULT '[]',
    "events" TEXT NOT NULL,
    "quietMinutes" INTEGER NOT NULL,
    "address" TEXT NOT NULL,
    "hasSecret" BOOLEAN NOT NULL DEFAULT false,
    "createdBy" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updatedAt" DATETIME NOT NULL
);

-- CreateTable
CREATE TABLE "Happening" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "key" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "cluster" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "params" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "fannedAt" DATETIME
);

-- CreateTable
CREATE TABLE "Delivery" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "channelId" TEXT NOT NULL,
    "channelName" TEXT NOT NULL,
    "happeningId" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "cluster" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "params" TEXT NOT NULL,
    "happenedAt" DATETIME NOT NULL,
    "state" TEXT NOT NULL,
    "held" BOOLEAN NOT NULL DEFAULT false,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "dueAt" DATETIME NOT NULL,
    "error" TEXT,
    "createdAt" DATETIME NOT NULL,
    "endedAt" DATETIME
);

-- CreateTable
CREATE TABLE "HealthTold" (
    "cluster" TEXT NOT NULL PRIMARY KEY,
    "at" DATETIME NOT NULL,
    "told" TEXT NOT NULL
);

-- CreateTable
CREATE TABLE "MonitorView" (
    "cluster" TEXT NOT NULL PRIMARY KEY,
    "at" DATETIME NOT NULL,
    "view" TEXT NOT NULL
);

-- CreateIndex
CREATE UNIQUE INDEX "Happening_key_key" ON "Happening"("key");

-- CreateIndex
CREATE INDEX "Happening_fannedAt_idx" ON "Happening"("fannedAt");

-- CreateIndex
CREATE INDEX "Delivery_state_dueAt_idx" ON "Delivery"("state", "dueAt");

-- CreateIndex
CREATE INDEX "Delivery_channelId_createdAt_idx" ON "Delivery"("channelId", "createdAt");

-- CreateIndex
CREATE UNIQUE INDEX "Delivery_channelId_happeningId_key" ON "Delivery"("channelId", "happeningId");
