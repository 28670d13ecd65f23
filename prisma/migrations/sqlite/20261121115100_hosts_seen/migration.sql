-- CreateTable
CREATE TABLE "HostSeen" (
    "address" TEXT NOT NULL,
    "port" INTEGER NOT NULL,
    "at" DATETIME NOT NULL,
    "error" TEXT NOT NULL DEFAULT '',
    "answeredAt" DATETIME,
    "facts" TEXT NOT NULL DEFAULT '',
    "factsAt" DATETIME,

    PRIMARY KEY ("address", "port")
);
